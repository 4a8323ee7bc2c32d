import { decodeGroup, openInbox, type Waiting } from '../archive/index.ts'
import { within } from '../settings/index.ts'
import { decodeMessage } from './batch.ts'
import { Parcel, type ParcelDeps, type QueueMessage } from './parcel.ts'

/** A message whose text is known, or how large it is. */
export interface OpenedMessage {
  message: QueueMessage
  /** Of a pointer what that says, else the message's own. */
  id: string
  /** What it takes at least. */
  bytes: number
  /** It waits in the inbox; else its text is the message. */
  waiting?: Waiting
}

/** Milliseconds for one object of the inbox: one that R2 does not give must not hold the messages it was handed out with. */
const READ_MS = 20_000
/** Characters of a message that only says what waits in the inbox. */
const MOST_POINTER = 200

/**
 * Finds what a message is about. `undefined` when nothing is left to route; then it is acknowledged already. Rejects when R2
 * does, or takes too long.
 */
export async function openMessage(
  message: QueueMessage,
  { archive, ctx }: ParcelDeps,
): Promise<OpenedMessage | undefined> {
  const { body, id } = message
  const pointer = pointerOf(body)
  if (pointer === undefined) return { message, id, bytes: typeof body === 'string' ? body.length : 0 }
  const waiting = await within(ctx, openInbox(archive, pointer), READ_MS)
  // Not there: it was committed, and this pointer is a late one.
  if (!waiting) return void message.ack()
  return { message, id: pointer, bytes: waiting.bytes, waiting }
}

/** Reads an opened message. `undefined` when it is gone; then it is acknowledged already. Rejects as `openMessage` does. */
export async function readMessage(
  { message, id, waiting }: OpenedMessage,
  deps: ParcelDeps,
): Promise<Parcel | undefined> {
  const text = waiting ? await within(deps.ctx, waiting.text(), READ_MS) : message.body
  if (text === null) return void message.ack()
  const texts = typeof text === 'string' ? decodeGroup(text) : [JSON.stringify(text)]
  return new Parcel(message, { id, inbox: waiting !== undefined }, texts, deps)
}

/** The accept id of a message that only says what waits in the inbox. */
function pointerOf(body: unknown): string | undefined {
  if (typeof body !== 'string' || body.length > MOST_POINTER) return undefined
  try {
    const decoded = decodeMessage(body)
    return 'inbox' in decoded ? decoded.accept : undefined
  } catch {
    return undefined
  }
}
