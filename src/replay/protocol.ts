import type { Counts } from '../lane/index.ts'
import type { EventType } from '../event/index.ts'
import type { Selection } from './selection.ts'

/** What somebody has asked for: events of a source's archive, once more to a destination. */
export interface ReplayOrder {
  id: string
  sourceId: string
  destinationId: string
  selection: Selection
  /** Of the destination's pace, 0 to 1. */
  share: number
  /** Stops when all is counted, until somebody starts it. */
  dryRun: boolean
}

/** `counting` → `ready` → `running` ⇄ `paused` → `done`; and the ends that are none. */
export const REPLAY_STATES = ['counting', 'ready', 'running', 'paused', 'done', 'cancelled', 'failed'] as const
export type ReplayState = (typeof REPLAY_STATES)[number]

/** Why a replay has failed, or was paused by the platform. */
export type ReplayFailure = 'source_gone' | 'destination_gone' | 'receiver_gone'

/** What a person may make of it. */
export interface ReplayChange {
  state?: 'running' | 'paused' | 'cancelled'
  share?: number
}

/** What counting has found so far. Unit: events. */
export interface Counted {
  events: number
  /** Of their archived JSON. */
  bytes: number
  /** People: `null`, when there are more than are told apart. */
  users: number | null
  /** By call and name, the first so many kinds that came; all others are in `otherKinds`. */
  kinds: { type: EventType; name: string | null; events: number }[]
  otherKinds: number
  /** Of `events`: what the rules of the destination keep from it, by code. */
  filtered: Counts
  /** Archive objects that are not there any more, and lines that cannot be read. */
  unreadable: number
}

/** selected = delivered + filtered + pending + dead, exactly, at all times. */
export interface ReplayFigures {
  selected: number
  delivered: number
  filtered: Counts
  pending: number
  dead: Counts
}

export interface ReplayReport {
  order: ReplayOrder
  state: ReplayState
  failure: ReplayFailure | null
  share: number
  /** How much of the log has been looked at, 0 to 1: by counting, or by reading what is to be sent. */
  progress: number
  counted: Counted
  figures: ReplayFigures
  /** The first events that it takes, as they are archived. */
  samples: string[]
  /** ISO times. */
  startedAt: string | null
  endedAt: string | null
}
