import { EVENT_TYPES, type EventType } from '../../event/index.ts'

/** The calls of the spec in the order in which they are told of. */
export const CALLS: readonly EventType[] = ['identify', 'track', 'page', 'screen', 'group', 'alias']

/** What a call says, in a sentence. */
export const CALL_WORDS: Readonly<Record<EventType, string>> = {
  identify: 'Who somebody is: their id, and what is known of them.',
  track: 'What somebody did, by a name and its properties.',
  page: 'Which page of a site somebody looks at.',
  screen: 'Which screen of an app somebody looks at.',
  group: 'Which company or team somebody belongs to.',
  alias: 'That two ids are the same person.',
}

/** What somebody typed, as one of the calls. */
export const callOf = (text: string): EventType | undefined => EVENT_TYPES.find((one) => one === text)
