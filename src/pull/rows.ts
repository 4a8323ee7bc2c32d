import { commitObjects } from '../collections/index.ts'
import type { CollectedObject } from '../tables/index.ts'
import type { PullerDeps } from './deps.ts'
import type { PulledObject } from './protocol.ts'

/** Objects that one row of the log has at most, and characters of their JSON. */
const ROW_OBJECTS = 1_000
const ROW_CHARS = 1_000_000

/** Rows of the log with these objects, after row `after`; answers the last row. `null`: somebody else has written. */
export async function commitPulled(
  source: string,
  objects: readonly PulledObject[],
  after: number,
  deps: Pick<PullerDeps, 'ctx' | 'archive' | 'intake'>,
): Promise<number | null> {
  let row = after
  const receivedAt = new Date(deps.ctx.now()).toISOString()
  for (const some of portionsOf(objects.map((object) => collected(object, receivedAt)))) {
    const answer = await commitObjects(source, some, { refused: 0, after: row }, deps)
    if (answer === 'moved') return null
    row++
  }
  return row
}

function collected({ collection, id, properties, isDeleted }: PulledObject, receivedAt: string): CollectedObject {
  const isKnown = !isDeleted || Object.keys(properties).length > 0
  const all = { ...properties, is_deleted: isDeleted === true }
  return { collection, id, properties: all, receivedAt, ...(isKnown && { whole: true as const }) }
}

function* portionsOf(objects: readonly CollectedObject[]): Generator<CollectedObject[]> {
  let some: CollectedObject[] = []
  let chars = 0
  for (const object of objects) {
    some.push(object)
    chars += JSON.stringify(object).length
    if (some.length < ROW_OBJECTS && chars < ROW_CHARS) continue
    yield some
    some = []
    chars = 0
  }
  if (some.length > 0) yield some
}
