import {
  isObject,
  type JsonObject,
  parseJson,
  type Rejected,
  type RejectCounts,
  type WarnCounts,
} from '../event/index.ts'

/** What ingest hands over of one accepted request. */
export interface AcceptedBatch {
  /** 48 bits of milliseconds and 80 random bits, minted once a request; the same through queue and inbox. */
  accept: string
  /** `null` when settings could not be read: then `writeKey` says whose it is. */
  source: string | null
  writeKey?: string
  /** Milliseconds: when the request arrived. */
  at: number
  /** Events that were not accepted. */
  rejected: RejectCounts
  /** A few of these, by the name under which they are stored; absent when there are none. */
  refused?: Rejected[]
  /** Events that were accepted with a warning, by code; absent when there are none. */
  warned?: WarnCounts
  /** Normalised events, one line of JSON each. */
  lines: string[]
}

/** Message of the queue `events`: the batch itself, or where in the inbox it waits. */
export type Message = AcceptedBatch | { accept: string; inbox: true }

/**
 * NDJSON: a head line, then the events. The same text is the queue message and the inbox object, so that an event is
 * serialised once.
 */
export function encodeBatch({ lines, ...head }: AcceptedBatch): string {
  return [JSON.stringify(head), ...lines].join('\n')
}

export function encodePointer(accept: string): string {
  return JSON.stringify({ accept, inbox: true })
}

/** A message that no later try will read either. */
export class UnreadableMessage extends Error {
  override readonly name = 'UnreadableMessage'
}

/** Throws `UnreadableMessage`. */
export function decodeMessage(text: unknown): Message {
  if (typeof text !== 'string') throw new UnreadableMessage('it is not text')
  const [first = '', ...lines] = text.split('\n')
  const head = parseObject(first)
  const { accept, inbox, at, rejected } = head
  if (typeof accept !== 'string') throw new UnreadableMessage('it has no accept id')
  if (inbox === true) return { accept, inbox }
  if (typeof at !== 'number' || !isObject(rejected)) throw new UnreadableMessage('its head is incomplete')
  return { ...(head as unknown as Omit<AcceptedBatch, 'lines'>), lines }
}

/** One line of a batch as an object. Throws `UnreadableMessage`. */
export function parseObject(line: string): JsonObject {
  let value: unknown
  try {
    value = parseJson(line)
  } catch (error) {
    throw new UnreadableMessage(String(error))
  }
  if (!isObject(value)) throw new UnreadableMessage('a line is not an object')
  return value
}
