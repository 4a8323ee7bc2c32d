import { rawKey, SHARED, sourcePrefix } from './keys.ts'
import type { BatchFacts } from './archive.ts'
import { type Chunk, packLists } from './members.ts'

/** A batch of one source, among those that are written together. */
export interface Share extends BatchFacts {
  lines: readonly string[]
}

/** Batches of one object at most: what it says of each has to fit in R2's 8 192 bytes of metadata. */
export const MOST_SHARES = 100

/**
 * Writes batches of several sources as one object, `raw/shared/…/<id>.ndjson.gz`, and says where each lies in it: in members
 * of its own, one share after the other. `id` is `<milliseconds>-<random>`, as of a batch. Rejects when R2 does not take it.
 */
export async function writeShared(
  bucket: R2Bucket,
  id: string,
  shares: readonly Share[],
): Promise<{ key: string; chunks: Chunk[][] }> {
  const { body, chunks } = packLists(shares.map(({ lines }) => lines))
  const key = rawKey(SHARED, id)
  const times = (name: 'firstReceivedAt' | 'lastReceivedAt') => shares.map((share) => share[name]).toSorted()
  await bucket.put(key, body, {
    httpMetadata: { contentType: 'application/x-ndjson', contentEncoding: 'gzip' },
    customMetadata: {
      format: 'sluice-shared-1',
      batch: id,
      count: String(shares.reduce((sum, { lines }) => sum + lines.length, 0)),
      firstReceivedAt: times('firstReceivedAt')[0] ?? '',
      lastReceivedAt: times('lastReceivedAt').at(-1) ?? '',
      shares: shares.map(({ source, batch, lines }) => `${source}:${batch}:${lines.length}`).join(','),
    },
  })
  return { key, chunks }
}

/** A shared object, and the batches that were written in it, whether they were committed or not. */
export interface SharedObject {
  key: string
  shares: { source: string; batch: string }[]
}

/** Shared objects in the order in which they were begun, a page of them behind the key `after`, and whether there are more. */
export async function listShared(bucket: R2Bucket, after = ''): Promise<{ objects: SharedObject[]; more: boolean }> {
  const prefix = sourcePrefix(SHARED)
  const page = await bucket.list({ prefix, ...(after && { startAfter: after }), include: ['customMetadata'] })
  const objects = page.objects.map(({ key, customMetadata }) => ({ key, shares: sharesOf(customMetadata?.['shares']) }))
  return { objects, more: page.truncated }
}

function sharesOf(text = ''): SharedObject['shares'] {
  return text.split(',').flatMap((share) => {
    const [source, batch] = share.split(':')
    return source && batch ? [{ source, batch }] : []
  })
}
