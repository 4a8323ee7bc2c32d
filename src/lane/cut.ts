import type { Chunk } from '../archive/index.ts'
import type { WorkPart } from './work.ts'

/** Compressed bytes that one grant reads at most, unless a single member is larger. */
const GRANT_BYTES = 1024 * 1024

export interface Cut {
  events: number[]
  rest: number[]
  /** The consecutive members that hold `events`. */
  chunks: Chunk[]
  /** Index of the first event of the first of them. */
  first: number
}

/** The first of a group's events: no more than `maxEvents`, and no more members than are worth one read. */
export function cutGrant(
  indexes: readonly number[],
  { chunks, first: base = 0 }: Pick<WorkPart, 'chunks' | 'first'>,
  maxEvents: number,
  maxBytes = GRANT_BYTES,
): Cut {
  const taken: Chunk[] = []
  let first = base
  let end = base
  let bytes = 0
  let size = 0
  const ahead = chunks.values()
  for (const index of indexes) {
    if (size === maxEvents || (size > 0 && index >= end && bytes >= maxBytes)) break
    while (index >= end) {
      const chunk = ahead.next().value
      if (!chunk) throw new Error(`event ${index} lies beyond its batch of ${end}`)
      const [, length, count] = chunk
      end += count
      if (size === 0 && index >= end) {
        first = end
        continue
      }
      taken.push(chunk)
      bytes += length
    }
    size++
  }
  return { events: indexes.slice(0, size), rest: indexes.slice(size), chunks: taken, first }
}
