import { type Chunk, packMembers, unpack, unpackWhole } from './members.ts'
import { hourPrefix, inboxKey, isObjectsLog, parkedKey, rawKey, segmentKey, sourcePrefix } from './keys.ts'

/** R2 takes 8 192 bytes of metadata in all; a character has four at most. */
const WHY_CHARS = 500

/** What an archive object says of itself, beside its lines. */
export interface BatchFacts {
  source: string
  batch: string
  /** ISO times of the first and the last event's receipt. */
  firstReceivedAt: string
  lastReceivedAt: string
}

/**
 * Writes a batch's events (JSON lines) as one object and says where it lies and how it is cut. How it is cut is in the log,
 * not in the object's metadata: R2 takes 8 192 bytes there, which is some 580 members.
 */
export async function writeBatch(
  bucket: R2Bucket,
  facts: BatchFacts,
  lines: readonly string[],
): Promise<{ key: string; chunks: Chunk[] }> {
  const { body, chunks } = packMembers(lines)
  const key = rawKey(facts.source, facts.batch)
  await bucket.put(key, body, {
    httpMetadata: { contentType: 'application/x-ndjson', contentEncoding: 'gzip' },
    customMetadata: {
      ...facts,
      format: isObjectsLog(facts.source) ? 'sluice-objects-1' : 'sluice-raw-1',
      count: String(lines.length),
    },
  })
  return { key, chunks }
}

/** An object that no log knows. Only for a batch whose commit was refused. */
export async function removeBatch(bucket: R2Bucket, key: string): Promise<void> {
  await bucket.delete(key)
}

/** An object whose bytes are no gzip members as its log says: reading it once more changes nothing. */
export class DamagedObject extends Error {}

/**
 * The lines of consecutive chunks of one object, by one ranged GET.
 * `null` when the object is not there. Throws `DamagedObject` when it is damaged, another error when R2 does not answer.
 */
export async function readLines(bucket: R2Bucket, key: string, chunks: readonly Chunk[]): Promise<string[] | null> {
  const first = chunks[0]
  const last = chunks.at(-1)
  if (!first || !last) return []
  const range = { offset: first[0], length: last[0] + last[1] - first[0] }
  const object = await bucket.get(key, { range })
  if (!object) return null
  const bytes = new Uint8Array(await object.arrayBuffer())
  try {
    return unpack(bytes, chunks)
  } catch (error) {
    throw new DamagedObject(`${key}: ${String(error)}`)
  }
}

/** Stands between the batches of a group: no batch has an empty line, which would be no JSON. */
const BETWEEN = '\n\n'

/** Encoded batches that are stored together. Of one it is the batch itself, as every version wrote it. */
export function encodeGroup(batches: readonly string[]): string {
  return batches.join(BETWEEN)
}

/** The batches of a group, encoded as they were. */
export function decodeGroup(text: string): string[] {
  return text.split(BETWEEN)
}

/** Keeps accepted batches until route has committed them. */
export async function putInbox(bucket: R2Bucket, accept: string, body: string | Uint8Array): Promise<void> {
  await bucket.put(inboxKey(accept), body)
}

/** A batch that waits. A large one is read when it is asked for, and may be done by then. */
export interface Waiting {
  bytes: number
  text(): Promise<string | null>
}

/** More than any request of today becomes. */
const LARGE_BYTES = 3 * 1024 * 1024

/** The batch that waits under an accept id, or `null` when it is done. A body that is not read would hold a connection. */
export async function openInbox(bucket: R2Bucket, accept: string): Promise<Waiting | null> {
  const object = await bucket.get(inboxKey(accept))
  if (!object) return null
  if (object.size > LARGE_BYTES) {
    await object.body.cancel()
    return { bytes: object.size, text: () => getInbox(bucket, accept) }
  }
  const text = await object.text()
  return { bytes: object.size, text: () => Promise.resolve(text) }
}

/** The batch that waits under an accept id, or `null` when it is done. */
export async function getInbox(bucket: R2Bucket, accept: string): Promise<string | null> {
  const object = await bucket.get(inboxKey(accept))
  return object ? object.text() : null
}

/** At most a thousand accept ids. */
export async function removeInbox(bucket: R2Bucket, accepts: readonly string[]): Promise<void> {
  await bucket.delete(accepts.map(inboxKey))
}

/** Sets a message aside that cannot be processed. `why` is cut to what metadata can hold. */
export async function park(bucket: R2Bucket, accept: string, body: string, why: string): Promise<void> {
  await bucket.put(parkedKey(accept), body, { customMetadata: { why: why.slice(0, WHY_CHARS) } })
}

/** Accept ids of the inbox, oldest first, after `after`; at most a thousand, and whether there are more. */
export function listInbox(bucket: R2Bucket, after?: string): Promise<{ accepts: string[]; more: boolean }> {
  return listIds(bucket, inboxKey(''), after)
}

/** Accept ids of what is parked, oldest first. */
export function listParked(bucket: R2Bucket, after?: string): Promise<{ accepts: string[]; more: boolean }> {
  return listIds(bucket, parkedKey(''), after)
}

export async function getParked(bucket: R2Bucket, accept: string): Promise<string | null> {
  const object = await bucket.get(parkedKey(accept))
  return object ? object.text() : null
}

export async function removeParked(bucket: R2Bucket, accept: string): Promise<void> {
  await bucket.delete(parkedKey(accept))
}

/**
 * Keys of a source's archive objects in the order in which they were begun, a page of them: after the key `after`, or from
 * the first that was begun at `after` (milliseconds), and whether there are more.
 */
export async function listRaw(
  bucket: R2Bucket,
  source: string,
  after: string | number,
): Promise<{ keys: string[]; more: boolean }> {
  const startAfter = typeof after === 'string' ? after : `${hourPrefix(source, after)}${after}`
  const page = await bucket.list({ prefix: sourcePrefix(source), startAfter })
  return { keys: page.objects.map(({ key }) => key), more: page.truncated }
}

/** Writes rows of a source's log (JSON lines). The same rows again are the same object again. */
export async function writeSegment(
  bucket: R2Bucket,
  source: string,
  { first, last }: { first: number; last: number },
  lines: readonly string[],
): Promise<void> {
  await bucket.put(segmentKey(source, first, last), packMembers(lines).body, {
    httpMetadata: { contentType: 'application/x-ndjson', contentEncoding: 'gzip' },
    customMetadata: { format: 'sluice-log-1', source },
  })
}

/** The lines of a segment. Throws `DamagedObject` when it is not there or damaged, another error when R2 does not answer. */
export async function readSegment(
  bucket: R2Bucket,
  source: string,
  { first, last }: { first: number; last: number },
): Promise<string[]> {
  const key = segmentKey(source, first, last)
  const object = await bucket.get(key)
  if (!object) throw new DamagedObject(`${key} is not there`)
  const bytes = new Uint8Array(await object.arrayBuffer())
  try {
    return unpackWhole(bytes)
  } catch (error) {
    throw new DamagedObject(`${key}: ${String(error)}`)
  }
}

async function listIds(bucket: R2Bucket, prefix: string, after = ''): Promise<{ accepts: string[]; more: boolean }> {
  const page = await bucket.list({ prefix, ...(after && { startAfter: prefix + after }) })
  return { accepts: page.objects.map(({ key }) => key.slice(prefix.length)), more: page.truncated }
}
