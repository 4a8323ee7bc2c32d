import type { Remote } from '../env.ts'
import type { Certifier } from './certifier.ts'

/** The Durable Object that certifies an integration, from outside. Every method may be repeated. */
export type CertifierRemote = Remote<Certifier, 'begin' | 'read'>
