import { FILTERS } from '../match/index.ts'

/** Why an attempt did not deliver, beside the status of an answer: what stands after "the endpoint". */
export const FAILURES = {
  timeout: 'did not answer in time',
  network: 'could not be reached',
  ARCHIVE_OBJECT_MISSING: 'got nothing, because the archive lacks the events',
  ARCHIVE_LINE_DAMAGED: 'got nothing, because the archived event is damaged',
  DESTINATION_MISSING: 'got nothing, because its settings could not be found',
  INVALID_SETTINGS: 'got nothing, because a request could not be made from its settings',
} as const satisfies Record<string, string>

export type FailureCode = keyof typeof FAILURES | `http_${number}`

/** Why an event is given up without a failure of its own: its reason as a dead letter. */
export const ENDINGS = {
  expired: 'its time was over',
  destination_disabled: 'the destination was disabled for too long',
  destination_deleted: 'the destination was deleted',
  log_lost: 'a part of its source’s log is lost, and with it what was to be sent',
} as const satisfies Record<string, string>

/** The reason of a dead letter: how its last attempt failed, or what ended it untried. */
export type DeadCode = keyof typeof ENDINGS | FailureCode

/** Why a lane that is not held by an answer grants nothing, for as long as it takes. */
export const STOPS = {
  gone: 'the endpoint answered 410 Gone, so it wants no more events',
  paused: 'somebody paused the destination in its settings',
  disabled: 'the destination is disabled',
} as const satisfies Record<string, string>

export type StopCode = keyof typeof STOPS

/** Stands for the codes that figures no longer tell apart. */
export const OTHER = 'other'

/** What an endpoint did, after its name: "answered 503". A code that this version does not know is named. */
export function failureWords(code: string): string {
  const status = /^http_(\d{3})$/.exec(code)?.[1]
  if (status !== undefined) return `answered ${status}`
  return wordsIn(FAILURES, code) ?? `failed with ${code}`
}

/** Why an event was given up. A code that this version does not know is named. */
export function deadWords(code: string): string {
  if (code === OTHER) return 'other reasons'
  return wordsIn(ENDINGS, code) ?? `the endpoint ${failureWords(code)}`
}

/** What any code of a lane means: how an attempt ended, why an event was filtered or given up, why nothing is granted. */
export function laneWords(code: string): string {
  return wordsIn(FILTERS, code) ?? wordsIn(STOPS, code) ?? deadWords(code)
}

function wordsIn(words: Readonly<Record<string, string>>, code: string): string | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined
}
