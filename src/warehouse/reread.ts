import { objectsLog } from '../archive/index.ts'
import { type Rereading, WarehouseError, type WarehouseSession } from '../connectors/index.ts'
import { type Catalogue, type ColumnType, foldNotices, type TableRows } from '../tables/index.ts'
import { OBJECTS, objectsOf } from './content.ts'
import { holds } from './holds.ts'
import { isOpen } from './jobs.ts'
import { loadLog } from './load.ts'
import type { ConnectedSource } from './protocol.ts'
import type { StoredBackfill, StoredRetyping } from './store.ts'
import { shareRead } from './syncs.ts'
import type { JobWork } from './work.ts'

/** What of objects is read anew: whole tables (`null`: all), or one column of a table with another type. */
export type Anew = { tables: readonly string[] | null } | { table: string; column: string; type: ColumnType }

/**
 * Reads a source's objects once more, from the beginning of their log into tables beside those that people see, until these
 * have all that syncs have loaded; then, while nothing else is loaded, rows are taken over some at a time. So nobody sees an
 * older state, and what came meanwhile is not undone. Everything may be repeated; the tables beside stay until the job is over,
 * since what comes later is merged into them. `false`: the time is over before that is done.
 */
export async function rereadObjects(
  job: StoredBackfill | StoredRetyping,
  source: ConnectedSource,
  anew: Anew,
  calls: Rereading,
  work: JobWork,
): Promise<boolean> {
  const { session, save, isOver } = work
  const { schema } = source
  const reader = `${job.kind}:${job.id}:${OBJECTS}`
  if (!job.settles) {
    // What it has read then is all that syncs have loaded: they come before it in a step, and nothing is loaded after it.
    if (!(await readOn(job, source, anew, reader, calls, work))) return false
    // Whatever was taken before, all is taken as it is now.
    const counted = job.kind === 'backfill' ? {} : { filled: 0 }
    save(job, { ...counted, settles: true, taken: [], after: null })
  }
  if (!(await holds(OBJECTS, await session.cursor(schema, OBJECTS), schema, work))) {
    save(job, { settles: false })
    return false
  }
  const column = 'column' in anew ? anew.column : null
  for (const table of job.anew.filter((one) => !job.taken.includes(one))) {
    for (let goes = true; goes;) {
      const { rows, notices, next } = await calls.take(schema, table, column, job.after)
      const counted = job.kind === 'backfill' ? { rows: job.rows + rows } : { filled: job.filled + rows }
      save(job, { ...counted, after: next, notices: foldNotices(job.notices, notices) })
      goes = next !== null
      if (goes && isOver()) return false
    }
    save(job, { taken: [...job.taken, table] })
    if (isOver() && job.taken.length < job.anew.length) return false
  }
  return true
}

/** Reads what the log has now; `false`: the time is over before that is done. */
async function readOn(
  job: StoredBackfill | StoredRetyping,
  { id, schema, objects, leftOut }: ConnectedSource,
  anew: Anew,
  reader: string,
  calls: Rereading,
  work: JobWork,
): Promise<boolean> {
  const { session, reading, save, store } = work
  const log = objectsLog(id)
  const { log: has } = await reading.intake(log).counters()
  const last = has.rows
  const enough = () => work.isOver() || !isOpen(job)
  const what = {
    log,
    content: objectsOf(objects === 'alone'),
    schema,
    reader,
    since: null,
    last,
    leftOut,
    only: 'table' in anew ? [anew.table] : anew.tables,
    takes: work.takesObject,
  }
  const deps = {
    ...reading,
    session: besides(session, calls, anew),
    enough,
    now: work.now,
    rest: work.rest,
    discards: false,
  }
  for await (const { to, events, merged, notices, catalogue } of loadLog(what, deps)) {
    if (!isOpen(job) || job.gaveUp !== null) return false
    const own = 'column' in anew ? notices.filter(({ column }) => column === anew.column) : notices
    save(
      job,
      {
        tries: 0,
        error: null,
        anew: [...new Set([...job.anew, ...merged])],
        events: job.events + events,
        progress: shareRead([{ first: 1, last }], 0, to.seq),
        notices: foldNotices(job.notices, own),
      },
      () => store.noteTables(id, catalogue, work.now()),
    )
    if (enough()) return false
  }
  return true
}

/** A session whose loads go into the tables beside. */
function besides(session: WarehouseSession, calls: Rereading, anew: Anew): WarehouseSession {
  if (!('column' in anew)) return { ...session, load: (load) => calls.load(load) }
  const { table, column, type } = anew
  const only = ({ columns, rows, sets = [], ...others }: TableRows): TableRows => {
    const places = ['id', column].map((name) => columns.findIndex((one) => one.name === name)).filter((at) => at >= 0)
    return {
      ...others,
      columns: places.flatMap((at) => columns[at] ?? []),
      rows: rows.map((cells) => places.map((at) => cells[at] ?? null)),
      sets: sets.map((text) => places.map((at) => text[at] ?? '0').join('')),
    }
  }
  return {
    ...session,
    // Cells are made for the new column, not for the one that is there.
    catalogue: async (schema) => {
      const there: Catalogue | null = await session.catalogue(schema)
      const columns = there?.get(table)
      return there && columns ? new Map(there).set(table, new Map(columns).set(column, { name: column, type })) : there
    },
    load: (load) => calls.load({ ...load, merges: (load.merges ?? []).map(only) }),
  }
}

/** Removes the tables beside. */
export async function forgetAnew(
  job: StoredBackfill | StoredRetyping,
  schema: string,
  calls: Rereading | undefined,
  { save }: JobWork,
): Promise<void> {
  for (const table of job.anew) await calls?.close(schema, table)
  save(job, { anew: [] })
}

/** The code of a failure: of a warehouse of this kind objects cannot be read anew. */
export const NOT_REREAD = 'objects_not_reread'

export function notReread(): WarehouseError {
  return new WarehouseError(NOT_REREAD, 'Objects of a warehouse of this kind cannot be read anew.', false)
}
