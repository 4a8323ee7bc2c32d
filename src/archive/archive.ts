import { type Chunk, pack, unpack } from './members.ts'
import { batchOfKey, batchTime, hourPrefix, inboxKey, parkedKey, rawKey, sourcePrefix } from './keys.ts'

/** What an archive object says of itself, beside its lines. */
export interface BatchFacts {
  source: string
  batch: string
  /** ISO times of the first and the last event's receipt. */
  firstReceivedAt: string
  lastReceivedAt: string
}

/** Writes a batch's events (JSON lines) as one object and says where it lies and how it is cut. */
export async function writeBatch(
  bucket: R2Bucket,
  facts: BatchFacts,
  lines: readonly string[],
): Promise<{ key: string; chunks: Chunk[] }> {
  const { body, chunks } = pack(lines)
  const key = rawKey(facts.source, facts.batch)
  await bucket.put(key, body, {
    httpMetadata: { contentType: 'application/x-ndjson', contentEncoding: 'gzip' },
    customMetadata: {
      ...facts,
      format: 'sluice-raw-1',
      count: String(lines.length),
      chunks: chunks.map((chunk) => chunk.join(':')).join(' '),
    },
  })
  return { key, chunks }
}

/** An object that no log knows. Only for a batch whose commit was refused. */
export async function removeBatch(bucket: R2Bucket, key: string): Promise<void> {
  await bucket.delete(key)
}

/**
 * The lines of consecutive chunks of one object, by one ranged GET.
 * `null` when the object is not there. Throws when it is damaged or R2 does not answer.
 */
export async function readLines(bucket: R2Bucket, key: string, chunks: readonly Chunk[]): Promise<string[] | null> {
  const first = chunks[0]
  const last = chunks.at(-1)
  if (!first || !last) return []
  const range = { offset: first[0], length: last[0] + last[1] - first[0] }
  const object = await bucket.get(key, { range })
  if (!object) return null
  return unpack(new Uint8Array(await object.arrayBuffer()), chunks)
}

/** Keeps an accepted batch until route has committed it. */
export async function putInbox(bucket: R2Bucket, accept: string, body: string): Promise<void> {
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

export async function removeInbox(bucket: R2Bucket, accept: string): Promise<void> {
  await bucket.delete(inboxKey(accept))
}

/** Sets a message aside that cannot be processed. */
export async function park(bucket: R2Bucket, accept: string, body: string, why: string): Promise<void> {
  await bucket.put(parkedKey(accept), body, { customMetadata: { why } })
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

/** Keys of a source's archive objects whose hour touches [from, until), page by page. */
export async function* listRaw(
  bucket: R2Bucket,
  source: string,
  from: number,
  until: number,
): AsyncGenerator<string[]> {
  const HOUR_MS = 3_600_000
  for (let hour = Math.floor(from / HOUR_MS) * HOUR_MS; hour < until; hour += HOUR_MS) {
    const prefix = hourPrefix(source, hour)
    let cursor: string | undefined
    do {
      const page = await bucket.list({ prefix, ...(cursor !== undefined && { cursor }) })
      yield page.objects.map(({ key }) => key)
      cursor = page.truncated ? page.cursor : undefined
    } while (cursor !== undefined)
  }
}

/** Milliseconds: when the oldest archive object of a source was begun; `undefined`: it has none. */
export async function oldestRaw(bucket: R2Bucket, source: string): Promise<number | undefined> {
  const { objects } = await bucket.list({ prefix: sourcePrefix(source), limit: 1 })
  return objects[0] && batchTime(batchOfKey(objects[0].key))
}

async function listIds(bucket: R2Bucket, prefix: string, after = ''): Promise<{ accepts: string[]; more: boolean }> {
  const page = await bucket.list({ prefix, ...(after && { startAfter: prefix + after }) })
  return { accepts: page.objects.map(({ key }) => key.slice(prefix.length)), more: page.truncated }
}
