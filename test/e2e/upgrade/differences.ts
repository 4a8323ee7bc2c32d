import { type Move, moveNumber, moveText } from './directory.ts'

/**
 * What of `before` is not in `after`, in a sentence each. New fields and new entries are no loss; entries with an id are
 * found by it, fields of settings by their name. Times and addresses may have moved with the directory, or not: what is archived stays as it was.
 */
export function differences(before: unknown, after: unknown, move: Move, at = ''): string[] {
  if (Array.isArray(before)) {
    if (!Array.isArray(after)) return [`${at} is no list any more`]
    return before.flatMap((one: unknown, index) => {
      const id = idOf(one)
      const other: unknown =
        id === undefined ? after[index] : after.find((candidate) => isSame(id, idOf(candidate), move))
      return differences(one, other, move, `${at}[${id === undefined ? index : String(id)}]`)
    })
  }
  if (typeof before === 'object' && before !== null) {
    if (typeof after !== 'object' || after === null) return [`${at} is gone`]
    const there = new Map(Object.entries(after))
    return Object.entries(before).flatMap(([name, value]) => differences(value, there.get(name), move, `${at}.${name}`))
  }
  // The size of a log on disk is what the version that has it open makes of it.
  if (isSame(before, after, move) || at.endsWith('.log.bytes')) return []
  // As the changelog says: four workers, which a destination had without a word, became its own pace.
  if (at.endsWith('.concurrency') && before === 4 && after === null) return []
  return [`${at} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}`]
}

function isSame(before: unknown, after: unknown, move: Move): boolean {
  if (before === after) return true
  if (typeof before === 'string') return after === moveText(before, move)
  return Number.isSafeInteger(before) && after === Number(moveNumber(BigInt(before as number), move))
}

function idOf(one: unknown): unknown {
  if (typeof one !== 'object' || one === null) return undefined
  if ('id' in one) return one.id
  return 'name' in one && 'type' in one ? one.name : undefined
}
