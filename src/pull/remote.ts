import type { Remote } from '../env.ts'
import type { Puller } from './puller.ts'

/** The Durable Object of a cloud source, from outside. Every method may be repeated. */
export type PullerRemote = Remote<Puller, 'changed' | 'pullNow' | 'report'>
