import { Buffer } from 'node:buffer'
import type { Context } from '../context.ts'

/**
 * Where a batch of a source lies: `raw/<source>/<yyyy>/<mm>/<dd>/<hh>/<batch>.ndjson.gz`, by the UTC hour in which route
 * began it. `batch` is `<milliseconds>-<random>` (see the intake), so keys sort by time.
 */
export function rawKey(source: string, batch: string): string {
  return `${hourPrefix(source, batchTime(batch))}${batch}.ndjson.gz`
}

/** Where the batches lie that a source's routes began in the UTC hour of `at` (milliseconds). */
export function hourPrefix(source: string, at: number): string {
  return `${sourcePrefix(source)}${new Date(at).toISOString().slice(0, 13).replace(/[-T]/g, '/')}/`
}

/** Where what a log has lies: events of a source below `raw/`, its objects below `objects/`. */
export function sourcePrefix(log: string): string {
  return isObjectsLog(log) ? `objects/${log.slice(OBJECTS.length)}/` : `raw/${log}/`
}

/** Below `raw/`, in the place of a source: objects with small batches of several sources. No source has this id. */
export const SHARED = 'shared'

const OBJECTS = 'objects:'

/** The name of the log of a source's objects; that of its events is called by the source's id. */
export function objectsLog(source: string): string {
  return OBJECTS + source
}

export function isObjectsLog(log: string): boolean {
  return log.startsWith(OBJECTS)
}

export function batchOfKey(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1).replace(/\.ndjson\.gz$/, '')
}

/** Milliseconds: when a batch was begun. */
export function batchTime(batch: string): number {
  return Number(batch.slice(0, batch.indexOf('-')))
}

/**
 * 48 bits of time and 80 random bits, so that keys of the inbox sort by age.
 * @param at milliseconds
 */
export function acceptId(ctx: Pick<Context, 'now' | 'randomBytes'>, at: number = ctx.now()): string {
  const time = at.toString(16).padStart(12, '0')
  return `${time}-${Buffer.from(ctx.randomBytes(10)).toString('hex')}`
}

/** Milliseconds: when a request was accepted. `NaN` for what is no accept id. */
export function acceptTime(accept: string): number {
  return Number.parseInt(/^[0-9a-f]{12}(?=-)/.exec(accept)?.[0] ?? '', 16)
}

/** Where rows `first` to `last` of a source's log lie once they have left its intake. Keys sort by row. */
export function segmentKey(source: string, first: number, last: number): string {
  const [from, to] = [first, last].map((seq) => String(seq).padStart(12, '0'))
  return `log/${source}/${from}-${to}.ndjson.gz`
}

/** One batch that waits in R2 for route, by its accept id, or several by an id of their own that is made in the same way. */
export function inboxKey(accept: string): string {
  return `inbox/${accept}`
}

/** A message that cannot be processed, kept for a person to look at. */
export function parkedKey(accept: string): string {
  return `parked/${accept}`
}
