import { type Chunk, DamagedObject, readLines } from '../archive/index.ts'
import type { LogEntry } from './protocol.ts'

/** Objects that are read side by side. */
const ABREAST = 4
/** Rows of a portion, however little they have. */
const MOST_ROWS = 500

/** How far a reader of the log is: what comes next is chunk `chunk` of row `seq`. */
export interface LogPlace {
  seq: number
  chunk: number
}

/** Consecutive chunks of a row of the log, with the lines of their events. */
export interface Piece {
  entry: LogEntry
  /** The first of them within the row, and how many events each holds. */
  chunk: number
  sizes: number[]
  /** The lines of each, one after another; `null`: the archive cannot give them any more. */
  lines: string[] | null
  /** The row ends with it. */
  ends: boolean
}

/** A place in the log by its event: the chunk that has event `index` of row `seq` comes next. */
export interface EventInLog {
  seq: number
  index: number
}

/**
 * The log from a place on, in portions of about `mostChunks` chunks, each of them at most 100 KB of text. An object that is
 * gone or damaged is passed; throws when R2 does not answer.
 */
export async function* portions(
  archive: R2Bucket,
  entries: AsyncIterable<LogEntry>,
  from: LogPlace | EventInLog,
  mostChunks: number,
): AsyncGenerator<Piece[]> {
  let planned: { entry: LogEntry; chunk: number; chunks: Chunk[]; ends: boolean }[] = []
  let size = 0
  for await (const entry of entries) {
    const all = entry.key === null ? [] : entry.chunks
    let at = entry.seq === from.seq ? chunkOf(all, from) : 0
    do {
      const chunks = all.slice(at, at + Math.max(1, mostChunks - size))
      planned.push({ entry, chunk: at, chunks, ends: at + chunks.length >= all.length })
      at += chunks.length
      size += chunks.length
      if (size < mostChunks && planned.length < MOST_ROWS) continue
      yield await read(archive, planned)
      planned = []
      size = 0
    } while (at < all.length)
  }
  if (planned.length > 0) yield await read(archive, planned)
}

/** Of a row that has fewer events: behind the last. */
function chunkOf(chunks: readonly Chunk[], place: LogPlace | EventInLog): number {
  if ('chunk' in place) return place.chunk
  let before = 0
  const at = chunks.findIndex(([, , events]) => (before += events) > place.index)
  return at < 0 ? chunks.length : at
}

async function read(
  archive: R2Bucket,
  planned: readonly { entry: LogEntry; chunk: number; chunks: Chunk[]; ends: boolean }[],
): Promise<Piece[]> {
  const pieces: Piece[] = []
  for (let at = 0; at < planned.length; at += ABREAST) {
    const some = planned.slice(at, at + ABREAST).map(async ({ entry, chunk, chunks, ends }): Promise<Piece> => {
      const lines = chunks.length === 0 ? [] : await linesOf(archive, entry.key ?? '', chunks)
      return { entry, chunk, sizes: chunks.map(([, , events]) => events), lines, ends }
    })
    pieces.push(...(await Promise.all(some)))
  }
  return pieces
}

async function linesOf(archive: R2Bucket, key: string, chunks: readonly Chunk[]): Promise<string[] | null> {
  try {
    return await readLines(archive, key, chunks)
  } catch (error) {
    if (error instanceof DamagedObject) return null
    throw error
  }
}
