import { type Cursor, type Retyping as RetypingCalls, WarehouseError } from '../connectors/index.ts'
import { type Catalogue, FOLDED_FROM, foldNotices, looseRows, Names, planLoad } from '../tables/index.ts'
import { EVENTS } from './content.ts'
import { holds } from './holds.ts'
import { isOpen } from './jobs.ts'
import { cuts } from './portions.ts'
import { type ConnectedSource, isLeftOut } from './protocol.ts'
import { forgetAnew, notReread, rereadObjects } from './reread.ts'
import { withPeople } from './samples.ts'
import type { StoredRetyping } from './store.ts'
import { shareRead } from './syncs.ts'
import type { JobWork } from './work.ts'

/** Whose place in the log says what the tables have. */
const SYNC = 'sync'

/**
 * Gives a column another type and fills it with what the archive has: a new column is made beside it, filled from the
 * whole log, then from what the sync has loaded meanwhile, until that is nothing, and takes its place. Syncs go on meanwhile, but for the end, which
 * needs the tables to stand still. `users` has its column from `identifies`, `accounts` from `groups`: both get the type.
 * Filling the same once more changes nothing, so all may be repeated. `false`: the time is over before that is done.
 */
export async function retype(job: StoredRetyping, work: JobWork): Promise<boolean> {
  const { terms, session } = work
  const source = terms.sources.find(({ id }) => id === job.sourceId)
  if (!source) throw new WarehouseError('source_gone', 'The source is not connected any more.', false)
  const calls = session.retyping
  if (!calls)
    throw new WarehouseError('not_retypable', 'Columns of this warehouse cannot be given another type.', false)
  if (job.gaveUp !== null) return giveUp(job, source, calls, work)
  // They are in another log than events.
  const isOfObjects = work.store.source(source.id)?.objects?.tables.includes(job.collection) === true
  const { rereading } = session
  if (isOfObjects && !rereading) throw notReread()
  if (!job.begun) await begin(job, source, calls, work)
  if (isLeftOut(source.leftOut, job.collection, job.property)) {
    const words = `${job.collection}.${job.property} is left out of what is loaded: load it, and then give it the type.`
    throw new WarehouseError('left_out', words, false)
  }
  if (isOfObjects && rereading) {
    const { collection: table, property: column, type } = job
    if (!(await rereadObjects(job, source, { table, column, type }, rereading, work))) return false
  } else if (!job.settles && !(await fill(job, source, calls, work))) return false
  if (!(await settle(job, source, calls, work))) return false
  await forgetAnew(job, source.schema, rereading, work)
  return true
}

function isFoldedTable(table: string): boolean {
  return Object.hasOwn(FOLDED_FROM, table)
}

/** Makes the new columns. What stands in the way, such as a view, is found before anything of the archive is read. */
async function begin(job: StoredRetyping, { schema }: ConnectedSource, calls: RetypingCalls, work: JobWork) {
  const { collection, property, type } = job
  const catalogue: Catalogue = (await work.session.catalogue(schema)) ?? new Map()
  const pair = Object.entries(FOLDED_FROM).find((names) => names.includes(collection as never))
  const wanted: string[] = pair ? [pair[1], pair[0]] : [collection]
  const tables = wanted.filter((table) => table === collection || catalogue.get(table)?.has(property))
  work.save(job, { tables })
  for (const table of tables) await calls.begin(schema, table, property, type)
  work.save(job, { begun: true, tries: 0, error: null })
}

/** Fills the new column with what the log has; `false`: the time is over before that is done. */
async function fill(
  job: StoredRetyping,
  { id, schema }: ConnectedSource,
  calls: RetypingCalls,
  work: JobWork,
): Promise<boolean> {
  const { session, reading, save } = work
  const { property, type } = job
  const [table = job.collection] = job.tables
  const catalogue: Catalogue = (await session.catalogue(schema)) ?? new Map()
  // Cells are made for the new column, not for the one that is there.
  const as: Catalogue = new Map([[table, new Map(catalogue.get(table)).set(property, { name: property, type })]])
  const { limits } = reading.connector
  const names = new Names(limits.nameBytes)
  const isWanted = (one: string, column: string | null) => one === table && (column === null || column === property)
  const enough = () => work.isOver() || !isOpen(job)
  // What it is folded from has its type already.
  while (!isFoldedTable(table)) {
    if (job.last === null) {
      const { log } = await reading.intake(id).counters()
      save(job, { mark: await session.cursor(schema, SYNC), last: log.rows })
    }
    const last = job.last ?? 0
    const what = { log: id, content: EVENTS, since: null, last, takes: work.takes }
    const isRead = (job.at?.seq ?? 1) > last
    for await (const portion of isRead ? [] : cuts(job.at, what, { ...reading, enough })) {
      const rows = portion.all.flatMap((event) => looseRows(event, names, isWanted).rows)
      const loadedAt = new Date(work.now()).toISOString()
      const plan = planLoad(rows, { catalogue: as, limits, loadedAt })
      let filled = 0
      const notices = [...portion.notices, ...plan.notices.filter(({ column }) => column === property)]
      for (const some of plan.tables) {
        const answer = await calls.fill(schema, property, some)
        filled += answer.filled
        notices.push(...answer.notices)
      }
      if (!isOpen(job) || job.gaveUp !== null) return false
      const read = Math.min(last, portion.to.seq - 1)
      save(job, {
        at: portion.to,
        read,
        events: job.events + portion.all.length,
        filled: job.filled + filled,
        progress: shareRead([{ first: 1, last }], 0, read + 1),
        notices: foldNotices(job.notices, withPeople(notices, portion.all, EVENTS.people)),
        tries: 0,
        error: null,
      })
      if (enough()) return false
    }
    const loaded = await session.cursor(schema, SYNC)
    if (isSame(loaded, job.mark) && (await holds(SYNC, loaded, schema, work))) break
    // What was read may have been loaded only afterwards: from where the sync stood, once more.
    save(job, { at: job.mark, mark: loaded, last: loaded?.seq ?? 0 })
  }
  save(job, { settles: true, after: null, folds: job.tables.some(isFoldedTable) })
  return true
}

function isSame(one: Cursor | null, other: Cursor | null): boolean {
  return one?.seq === other?.seq && one?.index === other?.index
}

/** Nothing else is loaded meanwhile: `users` gets the values, and the new columns take the place of the old ones. */
async function settle(
  job: StoredRetyping,
  { id, schema }: ConnectedSource,
  calls: RetypingCalls,
  { session, store, save, now, isOver }: JobWork,
): Promise<boolean> {
  const { property } = job
  const folded = job.tables.find(isFoldedTable)
  while (job.folds) {
    const after = folded === undefined ? null : await calls.refold(schema, folded, property, job.after)
    save(job, { after, folds: after !== null })
    if (isOver()) return false
  }
  for (const table of job.tables) {
    await calls.finish(schema, table, property)
    save(job, { tables: job.tables.filter((one) => one !== table) })
  }
  const catalogue = await session.catalogue(schema)
  save(job, { progress: 1 }, () => {
    if (catalogue) store.noteTables(id, catalogue, now())
  })
  return true
}

/** Removes the new columns, and is over then. */
async function giveUp(
  job: StoredRetyping,
  { schema }: ConnectedSource,
  calls: RetypingCalls,
  work: JobWork,
): Promise<boolean> {
  const { session, save, now } = work
  await forgetAnew(job, schema, session.rereading, work)
  for (const table of job.tables) await calls.cancel(schema, table, job.property)
  save(job, { state: job.gaveUp ?? 'failed', endedAt: now() })
  return false
}
