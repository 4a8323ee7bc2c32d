/** R2: the archive of raw events, the inbox of accepted batches, and what is parked. */
export { getInbox, park, putInbox, readLines, removeBatch, removeInbox, writeBatch } from './archive.ts'
export { batchTime, inboxKey, parkedKey, rawKey } from './keys.ts'
export type { Chunk } from './members.ts'
