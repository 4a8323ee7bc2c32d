/**
 * Where a batch of a source lies: `raw/<source>/<yyyy>/<mm>/<dd>/<hh>/<batch>.ndjson.gz`, by the UTC hour in which route
 * began it. `batch` is `<milliseconds>-<random>` (see the intake), so keys sort by time.
 */
export function rawKey(source: string, batch: string): string {
  const hour = new Date(batchTime(batch)).toISOString().slice(0, 13).replace(/[-T]/g, '/')
  return `raw/${source}/${hour}/${batch}.ndjson.gz`
}

/** Milliseconds: when a batch was begun. */
export function batchTime(batch: string): number {
  return Number(batch.slice(0, batch.indexOf('-')))
}

/** A batch that waits in R2 for route, by its accept id. */
export function inboxKey(accept: string): string {
  return `inbox/${accept}`
}

/** A message that cannot be processed, kept for a person to look at. */
export function parkedKey(accept: string): string {
  return `parked/${accept}`
}
