/** The consumer of the queue `events`: begin, match, archive, commit. And the form in which ingest hands batches over. */
export { type AcceptedBatch, decodeMessage, encodeBatch, encodePointer } from './batch.ts'
export type { QueueMessage } from './parcel.ts'
export { route, type RouteDeps } from './route.ts'
