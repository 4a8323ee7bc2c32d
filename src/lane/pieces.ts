import type { Chunk } from '../archive/index.ts'
import type { Place, WorkPart } from './work.ts'

/** Bytes of text in one member of the archive, unless it is one longer event; an event has a third of that at most. */
const MEMBER_BYTES = 100 * 1_024
const EVENT_BYTES = 33 * 1_024
/** What text becomes shorter by at most, but for such as is made for it: so that those do no harm no member counts as less than this. */
const RATIO = 20
const LEAST_BYTES = 32 * 1_024

/** One archived batch of a part, and how its events are numbered there. */
interface Piece {
  /** Its place in the log that its events come from. */
  seq: number
  key: string
  chunks: Chunk[]
  /** The number of the first event of the first chunk. */
  first: number
  /** What the index of an event in its batch is less than its number in the part. */
  base: number
}

/** The archived batches of a part, one behind the other: numbers go on over them. */
export function piecesIn({ seq, key, chunks, first = 0, more = [] }: WorkPart): Piece[] {
  return [
    { seq, key, chunks, first, base: 0 },
    ...more.map(({ first: index = 0, ...piece }) => ({ ...piece, first: piece.base + index })),
  ]
}

/** Numbers of a part by the piece that has them, both ascending; a piece without any is left out. */
export function byPiece(part: WorkPart, events: readonly number[]): { piece: Piece; events: number[] }[] {
  if (!part.more) return events.length === 0 ? [] : [{ piece: piecesIn(part)[0] as Piece, events: [...events] }]
  const all = piecesIn(part).map((piece) => ({ piece, end: endOf(piece), events: [] as number[] }))
  let at = 0
  for (const event of events) {
    while (at < all.length - 1 && event >= (all[at]?.end ?? 0)) at++
    all[at]?.events.push(event)
  }
  return all.flatMap(({ piece, events }) => (events.length === 0 ? [] : [{ piece, events }]))
}

/** Puts the batch of another part behind those of a part; answers what its events' indexes are less than their numbers there. */
export function append(part: WorkPart, { seq, key, chunks, first = 0 }: Omit<WorkPart, 'more'>): number {
  const base = endOf(piecesIn(part).at(-1) as Piece) - first
  part.more = [...(part.more ?? []), { seq, key, chunks, base, ...(first > 0 && { first }) }]
  return base
}

/** The numbers that an event of a log's row has in a part; more than one where the part has that row several times. */
export function numbersIn(part: WorkPart, { seq, event }: Pick<Place, 'seq' | 'event'>): number[] {
  if (!part.more) return part.seq === seq ? [event] : []
  return piecesIn(part).flatMap((piece) => {
    const number = piece.base + event
    return piece.seq === seq && number >= piece.first && number < endOf(piece) ? [number] : []
  })
}

/** Members of the archive in the order of a part's events: the number after the last of each, and about how many bytes of text it has. */
export function* membersIn(part: WorkPart): Generator<{ end: number; bytes: number }> {
  for (const { chunks, first } of piecesIn(part)) {
    let end = first
    for (const [, length, count] of chunks) {
      end += count
      yield { end, bytes: Math.max(LEAST_BYTES, Math.min(MEMBER_BYTES, count * EVENT_BYTES, length * RATIO)) }
    }
  }
}

function endOf({ chunks, first }: Piece): number {
  return chunks.reduce((end, [, , count]) => end + count, first)
}
