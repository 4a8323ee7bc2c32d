import { ingest, type IngestDeps } from '../../../src/ingest/index.ts'

/** How long a source over its limit is told to wait. Longer than any SDK would wait by itself before its first retries. */
export const RETRY_AFTER_SECONDS = 2

const context = { now: () => Date.now(), log: () => undefined }

/** The platform's own code with a source that is over its limit: its 429, headers and all. */
const overLimit = ingest({
  ctx: context,
  settings: { ownerOfKey: () => Promise.resolve({ sourceId: 'src', enabled: true }) },
  budgets: { waitMs: () => RETRY_AFTER_SECONDS * 1_000, percent: () => 140 },
} as unknown as IngestDeps)

/** The platform's own code with a fault in it: its 500. */
const broken = ingest({
  ctx: context,
  settings: { ownerOfKey: () => Promise.reject(new Error('a fault')) },
} as unknown as IngestDeps)

/** What the platform answers to this request when it is over its limit (429) or has a fault (500). */
export async function replyOf(status: 429 | 500, request: Request): Promise<Response> {
  return (status === 429 ? overLimit : broken).fetch(request)
}
