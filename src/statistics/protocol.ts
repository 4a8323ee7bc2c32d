import type { EventType } from '../event/index.ts'
import type { Counts } from '../lane/index.ts'
import type { Listed, Page } from '../settings/index.ts'

/** How finely something is counted; hours and days are those of UTC. */
export type StepName = 'hour' | 'day'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** Milliseconds of a step. */
export const STEP_MS: Readonly<Record<StepName, number>> = { hour: HOUR_MS, day: DAY_MS }
/** For so long each is kept. */
export const KEPT_MS: Readonly<Record<StepName, number>> = { hour: 32 * DAY_MS, day: 400 * DAY_MS }

/** What came in, in some time. Unit: events, where nothing else is said. */
export interface Arrived {
  requests: number
  /** Valid ones, duplicates among them. */
  received: number
  duplicates: number
  /** By code. */
  rejected: Counts
  /** New ones, which are in the archive: received − duplicates. */
  archived: number
  /** Of those in the archive, ones that could not be read any more: they are in no figure by type or name. */
  unreadable: number
  /** Of those that were read, by type. */
  types: Counts
}

/** Events of one name in some time. */
export interface Named {
  type: EventType
  /** `null`: its calls have no name. */
  name: string | null
  events: number
}

/** How a tool on devices fared, by what they said with their events. Unit: events. */
export interface ToolCounts {
  loaded: number
  failed: number
  /** The device left it to the cloud. */
  left: number
}

/** A tool on devices in some time: on all events, and on those that are a page or a screen. */
export interface Tool {
  /** Of its integration, as devices name it. */
  name: string
  events: ToolCounts
  views: ToolCounts
}

/** Of a device's events, how many said anything of tools. */
export interface Said {
  events: number
  views: number
}

/** How far the count has come. */
export interface Progress {
  /** ISO time: what was committed until then is counted; `null`: nothing is yet. */
  until: string | null
  /** Nothing was left to count when this was asked. */
  caughtUp: boolean
  /** ISO time from which on it counts; `null`: nothing came yet. */
  since: string | null
}

/** One step of a series, by its begin. */
export interface AtStep<T> {
  /** Milliseconds. */
  at: number
  value: T
}

/** Of which steps: those that begin in [from, until), milliseconds. */
export interface StepQuery {
  step: StepName
  from: number
  until: number
}

/** Steps in which nothing came are left out. */
export interface StepSeries<T> {
  points: AtStep<T>[]
  progress: Progress
}

export const SCHEMA_SORTS = ['day', 'week', 'total', 'last', 'name'] as const
export type SchemaSort = (typeof SCHEMA_SORTS)[number]

export interface SchemaQuery {
  /** Has to be in the name or the type; case does not matter. */
  text?: string
  sort: SchemaSort
  type?: EventType
  page: Page
}

/** One event of a source's schema: a call and its name. */
export interface SchemaEvent {
  type: EventType
  /** `null`: its calls have no name. */
  name: string | null
  /** Since counting began, and of the last 24 hours and 7 days, the hour that runs among them. */
  total: number
  day: number
  week: number
  /** Milliseconds, by receipt. */
  first: number
  last: number
}

export interface Schema {
  /** Those that were asked for, in order. */
  events: Listed<SchemaEvent>
  /** All that are known. */
  known: number
  /** Events of names beyond those that are told apart. */
  others: number
  progress: Progress
}

export const VALUE_TYPES = ['string', 'number', 'boolean', 'object', 'array', 'null'] as const
export type ValueType = (typeof VALUE_TYPES)[number]

/** One property or trait: nested ones as `a.b`, members of a list as `name.$`. */
export interface SchemaProperty {
  path: string
  /** Events that have it. */
  events: number
  /** Events that have it with such a value; a list may have several kinds of members. */
  types: Partial<Record<ValueType, number>>
  /** Milliseconds, by receipt. */
  first: number
  last: number
  /** The last value that is neither an object nor a list, cut to 100 characters; absent: there was none, or it is a secret by its name. */
  example?: string
}

export interface SchemaDetails extends SchemaEvent {
  /** The first 300 that came, by path. */
  properties: SchemaProperty[]
  /** How often one beyond them came. */
  otherProperties: number
  /** By hour, of the last seven days. */
  hours: AtStep<number>[]
  progress: Progress
}

/** One day of one source, as it is published: absolute figures. */
export interface UsageDay {
  /** Days since 1970. */
  day: number
  requests: number
  received: number
  duplicates: number
  rejected: number
  archived: number
  /** People in its month up to and with this day: user ids, anonymous ids, and those of the latter that came with a user id. */
  identified: number
  anonymous: number
  anonymousIdentified: number
}
