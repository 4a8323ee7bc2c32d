import type { Remote } from '../env.ts'
import type { Intake } from './intake.ts'

/** The Durable Object of a source, from outside. Every method may be repeated. */
export type IntakeRemote = Remote<
  Intake,
  'begin' | 'release' | 'commit' | 'counters' | 'find' | 'at' | 'log' | 'page' | 'nudge' | 'spend' | 'removeOrphans'
> & {
  /** Lets somebody watch: the request asks for a WebSocket, on which `TailMessage`s come. */
  fetch(request: Request): Promise<Response>
}
