import { objectsLog } from '../archive/index.ts'
import { type Cursor, WarehouseError } from '../connectors/index.ts'
import { FIXED_TABLES, Names } from '../tables/index.ts'
import { OBJECTS } from './content.ts'
import type { StoredRemoval } from './store.ts'
import type { JobWork } from './work.ts'

/** How often it is looked whether the source is disconnected, before it is taken for connected again. */
const MOST_LOOKS = 3

/**
 * Drops the tables of a source's objects, one after another; `false`: the time is over before that is done. What its log has
 * is passed before, so that no sync makes them again. Every step looks whether the source is still disconnected: what was
 * pulled after it was connected again stays.
 */
export async function remove(job: StoredRemoval, work: JobWork): Promise<boolean> {
  const { session, store, save, isOver, now } = work
  const { schema, sourceId } = job
  if (!(await work.stopped(sourceId))) {
    const words = 'The source is connected to its vendor: no more of its tables are dropped.'
    throw new WarehouseError('still_connected', words, job.tries < MOST_LOOKS)
  }
  const passed = await passLog(job, work)
  const wanted = tablesOf(job, work)
  for (;;) {
    const there = new Set((await session.catalogue(schema))?.keys())
    const left = [...there].filter((name) => wanted.has(name)).toSorted()
    // Before they are dropped: what dies behind that would not know what it has done.
    const seen = [...new Set([...job.seen, ...left])]
    save(job, { seen, tables: seen.length, dropped: seen.filter((name) => !there.has(name)) })
    const [table] = left
    if (table === undefined) break
    await session.drop(schema, table)
    save(job, { tries: 0, error: null }, () => store.dropTable(sourceId, table))
    if (isOver()) return false
  }
  save(job, {}, () => {
    for (const table of job.seen) store.dropTable(sourceId, table)
    const known = store.source(sourceId)
    const { seq } = passed
    if (known)
      store.putSource(sourceId, { ...known, lookedAt: now(), objects: { cursor: passed, last: seq - 1, tables: [] } })
  })
  return true
}

/** Those of its collections, and those that syncs have found to be of its objects. */
function tablesOf({ collections, known }: StoredRemoval, { reading }: JobWork): Set<string> {
  const names = new Names(reading.connector.limits.nameBytes)
  const fixed: readonly string[] = FIXED_TABLES
  const own = collections.map((name) => names.collection(name, true))
  return new Set([...own, ...known.filter((table) => !fixed.includes(table))])
}

/** Nothing that the log has until now is loaded any more. Answers where it stands then. */
async function passLog({ schema, sourceId }: StoredRemoval, { session, reading }: JobWork): Promise<Cursor> {
  for (;;) {
    const { log } = await reading.intake(objectsLog(sourceId)).counters()
    const to = { seq: log.rows + 1, index: 0 }
    // A warehouse that has loaded nothing of it yet has no schema of it either.
    await session.extend(schema, [])
    const from = await session.cursor(schema, OBJECTS)
    if (from && from.seq >= to.seq) return from
    const loaded = await session.load({ schema, tables: [], upserts: [], cursor: { reader: OBJECTS, from, to } })
    if (loaded.state === 'loaded') return to
  }
}
