import { EVENT_TYPES, type EventType } from '../event/index.ts'

/** What a path means: one event of a type, or a batch. */
export type Call = { type: EventType } | 'batch'

const LETTERS: Record<string, EventType> = { i: 'identify', t: 'track', p: 'page', s: 'screen', g: 'group', a: 'alias' }

/** `/v1/<name>`, all with and without a trailing slash. */
export const TRACKING_CALLS = new Map<string, Call>([
  ...EVENT_TYPES.map((type): [string, Call] => [type, { type }]),
  ...Object.entries(LETTERS).map(([letter, type]): [string, Call] => [letter, { type }]),
  ...['batch', 'b', 'import'].map((name): [string, Call] => [name, 'batch']),
])
