import type { Remote } from '../env.ts'
import type { Strays } from './strays.ts'
import type { Sweep } from './sweep.ts'

/** The one Durable Object that looks after the inbox, from outside. */
export type SweepRemote = Remote<Sweep, 'arm' | 'recover' | 'removeOrphans'> & Remote<Strays, 'noteStrays' | 'strays'>
