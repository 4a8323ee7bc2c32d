import type { Remote } from '../env.ts'
import type { Replay } from './replay.ts'

/** The Durable Object of a replay, from outside. Every method may be repeated. */
export type ReplayRemote = Remote<Replay, 'begin' | 'change' | 'report' | 'nudge'>
