import { Buffer } from 'node:buffer'
import type { Context } from '../context.ts'
import type { SweepRemote } from '../inbox/index.ts'
import { type AcceptedBatch, encodeBatch, encodePointer } from '../route/index.ts'
import type { Storable } from './group-commit.ts'
import type { GroupCommits } from './group-commits.ts'
import { putInTime } from './put.ts'
import { sent } from './send.ts'
import type { Underway } from './underway.ts'

export interface AcceptDeps {
  ctx: Context
  queue: Queue<string>
  archive: R2Bucket
  /** Every batch goes through R2. */
  alwaysInbox: boolean
  /** What an isolate has on its way to R2. */
  underway: Underway
  /** What an isolate stores together. */
  groups: GroupCommits
  sweep(): SweepRemote
}

/** A queue message may have 128,000 bytes, its own metadata included. */
const MESSAGE_BYTES = 120 * 1024
/** No request waits longer for the sweep, which is there for what is lost later. */
const ARM_MS = 2_000

/**
 * Returns when the batch is durable: in the queue, or in R2's inbox when it is too large for a message, or when the queue
 * refuses or is slow. Both may have happened; the accept id makes that harmless. Throws when neither worked, and
 * `TooMuchUnderway` when a large one finds no room. Not async: a frame that waits would hold the lines and the text,
 * several times the bytes that are left to be stored.
 */
export function accept(batch: AcceptedBatch, deps: AcceptDeps): Promise<void> {
  const text = encodeBatch(batch)
  const bytes = Buffer.byteLength(text)
  if (bytes <= MESSAGE_BYTES) return acceptSmall({ accept: batch.accept, text, bytes }, deps)
  return acceptLarge(batch.accept, batch.source ?? batch.writeKey ?? '', Buffer.from(text), deps)
}

async function acceptSmall(batch: Storable, deps: AcceptDeps): Promise<void> {
  const storing = deps.alwaysInbox ? storeSmall(batch, deps) : sendSmall(batch, deps)
  // Others may wait for what it writes: it goes on when its own client has left.
  deps.ctx.waitUntil?.(storing.catch(() => undefined))
  await storing
}

/** Into the queue, and into the inbox what that does not take. */
async function sendSmall(batch: Storable, deps: AcceptDeps): Promise<void> {
  const isSent = await deps.groups.messages.store(batch).then(
    () => true,
    () => false,
  )
  if (!isSent) await storeSmall(batch, deps)
}

async function storeSmall(batch: Storable, deps: AcceptDeps): Promise<void> {
  const [id] = await Promise.all([deps.groups.inbox.store(batch), armSweep(deps)])
  if (id !== undefined) await sent(encodePointer(id), deps)
}

async function acceptLarge(accept: string, whose: string, bytes: Uint8Array, deps: AcceptDeps): Promise<void> {
  const leave = deps.underway.enter(whose, bytes.length)
  try {
    await storeLarge(accept, bytes, deps)
  } finally {
    leave()
  }
}

async function storeLarge(accept: string, bytes: Uint8Array, deps: AcceptDeps): Promise<void> {
  await Promise.all([putInTime(accept, bytes, deps), armSweep(deps)])
  // A lost pointer only costs time: what lies in the inbox is found there. Awaited, because what a request leaves
  // unfinished is cancelled after its reply.
  await sent(encodePointer(accept), deps)
}

/** Isolates that have seen to it that the sweep runs; from then on it keeps itself going. */
const armed = new WeakSet<AcceptDeps>()

/** Known only when it has answered: the request that asked may be gone before that, and then the next one has to ask. */
async function armSweep(deps: AcceptDeps): Promise<void> {
  if (armed.has(deps)) return
  const arming = deps
    .sweep()
    .arm()
    .then(() => void armed.add(deps))
  await Promise.race([arming, deps.ctx.sleep(ARM_MS)]).catch((error: unknown) =>
    deps.ctx.log('warn', 'sweep not armed', { error: String(error) }),
  )
}
