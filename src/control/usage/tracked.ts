import type { UserCounts } from '../../overview/index.ts'

/** Anonymous ids that never came with a user id. */
export function neverIdentified({ anonymous, anonymousIdentified }: UserCounts): number {
  return Math.max(0, anonymous - anonymousIdentified)
}

/** Monthly tracked users: user ids, and anonymous ids that never came with one. */
export function trackedUsersOf(counts: UserCounts): number {
  return counts.identified + neverIdentified(counts)
}
