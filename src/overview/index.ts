/** What became of events on their way, counted: by step, reason, call and name. */
export { kindOfKey, type EventKind, nameKey, nameOfKey, othersOf } from './kinds.ts'
export { WAY_DIALS, type WayDials, WayRows, type Slots } from './way-rows.ts'
export { addWays, stepSums, type Way, wayKey, type WayStep, WAY_STEPS, wayOf, type Ways } from './ways.ts'
export type {
  OverviewAnswer,
  OverviewMember,
  OverviewProgress,
  OverviewQuery,
  TrackedOnDay,
  UsersOnDay,
  WaysAt,
  WayQuery,
} from './protocol.ts'
export {
  addUsers,
  countUsers,
  decodeUsers,
  encodeUsers,
  noteUsers,
  noUsers,
  type StoredUsers,
  type TrackedUsers,
  type UserCounts,
} from './tracked-users.ts'
export type { WorkspaceOverviewRemote } from './remote.ts'
export { OVERVIEW_DIALS, type OverviewDeps, type OverviewDials, WorkspaceOverview } from './workspace.ts'
