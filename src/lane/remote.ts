import type { Remote } from '../env.ts'
import type { Lane } from './lane.ts'

/** The Durable Object of a destination, from outside. Every method may be repeated. */
export type LaneRemote = Remote<
  Lane,
  | 'register'
  | 'endLog'
  | 'configure'
  | 'take'
  | 'settle'
  | 'progress'
  | 'ledger'
  | 'metrics'
  | 'ways'
  | 'past'
  | 'deadLetters'
  | 'deadLetter'
  | 'redrive'
  | 'redrives'
  | 'cancelRedrive'
  | 'traceOf'
  | 'nudge'
  | 'tryNow'
  | 'receiverIsBack'
  | 'permit'
  | 'report'
  | 'forget'
>
