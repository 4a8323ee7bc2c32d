import type { Remote } from '../env.ts'
import type { Puller } from './puller.ts'

/** The Durable Object of a cloud source, from outside. Every method may be repeated; a code is good once for its vendor. */
export type PullerRemote = Remote<
  Puller,
  'changed' | 'pullNow' | 'report' | 'check' | 'choices' | 'allow' | 'isAllowed' | 'stopped'
>
