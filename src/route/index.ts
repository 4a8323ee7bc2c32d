/** The consumer of the queue `events`: begin, match, archive, commit. And the form in which ingest hands batches over. */
export { type AcceptedBatch, decodeMessage, encodeBatch, encodePointer } from './batch.ts'
export { type QueueMessage, route, type RouteDeps } from './route.ts'
