import type { EventType } from '../event/index.ts'
import type { ColumnType } from './protocol.ts'

/** Tables that are there whatever events are called. */
export const FIXED_TABLES = [
  'tracks',
  'identifies',
  'users',
  'pages',
  'screens',
  'groups',
  'accounts',
  'aliases',
] as const
export type FixedTable = (typeof FIXED_TABLES)[number]

/** The table that each call goes into. */
export const TABLE_OF: Readonly<Record<EventType, FixedTable>> = {
  track: 'tracks',
  identify: 'identifies',
  page: 'pages',
  screen: 'screens',
  group: 'groups',
  alias: 'aliases',
}

/** `users` and `accounts` are made of the rows of another table. */
export const FOLDED_FROM: Readonly<Record<'users' | 'accounts', FixedTable>> = {
  users: 'identifies',
  accounts: 'groups',
}

const TIMES = ['original_timestamp', 'sent_at', 'received_at', 'timestamp']
const CALL = ['id', 'anonymous_id', 'user_id', ...TIMES]

/** Columns that a table has from the beginning, first in each row. Event tables have those of `tracks`. */
export const BASE_COLUMNS: Readonly<Record<FixedTable, readonly string[]>> = {
  tracks: [...CALL, 'event', 'event_text'],
  identifies: CALL,
  users: ['id', 'received_at'],
  pages: [...CALL, 'name', 'category'],
  screens: [...CALL, 'name', 'category'],
  groups: [...CALL, 'group_id'],
  accounts: ['id', 'received_at'],
  aliases: [...CALL, 'previous_id'],
}

/** Columns that every row of a collection of objects has, first in each. */
export const OBJECT_BASE: readonly string[] = ['id', 'received_at']

/** When a row was loaded; of every table. Segment calls it so. */
export const LOADED_AT = 'uuid_ts'

/** The type of a base column, whatever its first value looks like. */
export function baseType(column: string): ColumnType {
  return column === LOADED_AT || TIMES.includes(column) ? 'timestamp' : 'text'
}

/** Columns that a selection cannot leave out: rows are told apart by them, and found when a person is to be forgotten. */
export const KEPT_COLUMNS: ReadonlySet<string> = new Set([
  'id',
  'user_id',
  'group_id',
  'previous_id',
  'received_at',
  LOADED_AT,
])
