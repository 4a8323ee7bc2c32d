/** R2's inbox: the sweep that queues again what lies there, and what had to be set aside. */
export { SWEEP_DIALS, type SweepDials } from './dials.ts'
export { parkGivenUp } from './given-up.ts'
export { parked, requeueParked } from './parked.ts'
export { type Stray, type StrayNote, Strays } from './strays.ts'
export type { SweepRemote } from './remote.ts'
export { Sweep } from './sweep.ts'
