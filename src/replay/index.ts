/** Replays: events of a source's archive once more to a destination, counted before, paced beside what comes in. */
export type {
  Counted,
  ReplayChange,
  ReplayFailure,
  ReplayFigures,
  ReplayOrder,
  ReplayReport,
  ReplayState,
} from './protocol.ts'
export { REPLAY_STATES } from './protocol.ts'
export type { ReplayRemote } from './remote.ts'
export { Replay, REPLAY_DIALS, type ReplayDeps, type ReplayDials, type ReplayTarget } from './replay.ts'
export type { Selection } from './selection.ts'
