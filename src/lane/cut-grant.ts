import type { Chunk } from '../archive/index.ts'
import type { WorkPart } from './work.ts'

/**
 * Members that one grant reads at most. They are of 100 KB of text each, or of one longer event: compressed bytes would say
 * nothing of what they become in the memory that a worker shares with others.
 */
const MOST_MEMBERS = 10
/** Where many workers are out at once. */
export const FEW_MEMBERS = 5

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
  maxMembers = MOST_MEMBERS,
): Cut {
  const taken: Chunk[] = []
  let first = base
  let end = base
  let size = 0
  let needed = 0
  const ahead = chunks.values()
  for (const index of indexes) {
    if (size === maxEvents) break
    while (index >= end) {
      // Members between two events are read, too.
      if (size > 0 && taken.length >= maxMembers)
        return { events: indexes.slice(0, size), rest: indexes.slice(size), chunks: taken.slice(0, needed), first }
      const chunk = ahead.next().value
      if (!chunk) throw new Error(`event ${index} lies beyond its batch of ${end}`)
      const [, , count] = chunk
      end += count
      if (size === 0 && index >= end) {
        first = end
        continue
      }
      taken.push(chunk)
    }
    size++
    needed = taken.length
  }
  return { events: indexes.slice(0, size), rest: indexes.slice(size), chunks: taken, first }
}
