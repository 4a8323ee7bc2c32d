import type { StoredUsers, UserCounts } from './tracked-users.ts'
import type { Ways } from './ways.ts'

/** Which ways: by the hour, or by slots of ten minutes, which are known for two hours; those that begin in [from, until), ms. */
export interface WayQuery {
  step: 'hour' | 'slot'
  from: number
  until: number
}

/** Ways of some time: `at`, milliseconds, is when it begins. */
export interface WaysAt {
  at: number
  ways: Ways
}

/** A source or a destination of a workspace that ever had an event, as the list of those has it. */
export interface OverviewMember {
  id: string
  /** Its own id, where it is a source. */
  sourceId: string
  /** Milliseconds: when it said last that its figures had moved. */
  at: number
}

/** Of a workspace: ways over [from, until) by steps of `stepMs`. */
export interface OverviewQuery extends WayQuery {
  stepMs: number
  /** Of this source and its destinations; without: of all. */
  sourceId?: string
  /** Sources and destinations of which the ways of the whole span are wanted, too. */
  parts: readonly string[]
}

/** How far the figures of a workspace are. */
export interface OverviewProgress {
  /** ISO time at which it was looked last whose figures have moved; `null`: never. */
  at: string | null
  /** Sources and destinations that have still to be asked, and all of which anything is known. */
  left: number
  members: number
}

export interface OverviewAnswer {
  points: WaysAt[]
  /** By id; of one that had nothing in the span, or was not asked yet, nothing. */
  parts: Record<string, Ways>
  progress: OverviewProgress
}

/** Of whom events of a day (since 1970) were. */
export interface UsersOnDay {
  day: number
  users: StoredUsers
}

/** How many people there had been up to and with a day (since 1970), from the begin of what was asked for on. */
export interface TrackedOnDay extends UserCounts {
  day: number
}
