import { DISCARDS_TABLE } from '../connectors/index.ts'
import type { Catalogue } from '../tables/index.ts'
import type { StoredErasure } from './store.ts'
import { addTables } from './syncs.ts'
import type { JobWork } from './work.ts'

/** Removes people table by table, of sources that are left out too; `false`: the time is over before that is done. */
export async function erase(job: StoredErasure, work: JobWork): Promise<boolean> {
  const { terms, session, save } = work
  for (const { schema } of terms.sources.toSorted((a, b) => (a.schema < b.schema ? -1 : 1))) {
    if (job.place && schema < job.place[0]) continue
    const there: Catalogue = (await session.catalogue(schema)) ?? new Map()
    const tables = [...there.keys()].toSorted((a, b) => (a < b ? -1 : 1))
    for (const table of tables) {
      if (job.place?.[0] === schema && table <= job.place[1]) continue
      if (!(await eraseFrom(job, schema, table, work))) return false
      save(job, { place: [schema, table], tables: job.tables + 1, within: null })
      if (work.isOver()) return false
    }
  }
  return true
}

/** Removes them from one table, a part of it at a time, one after another; `false`: the time is over before that is done. */
async function eraseFrom(
  job: StoredErasure,
  schema: string,
  table: string,
  { session, save, isOver }: JobWork,
): Promise<boolean> {
  const name = `${schema}.${table}`
  let at = job.within ?? { person: 0, from: null }
  for (let userId = job.userIds[at.person]; userId !== undefined; userId = job.userIds[at.person]) {
    const { rows, discards = 0, next } = await session.erase(schema, table, userId, at.from)
    at = next === null ? { person: at.person + 1, from: null } : { person: at.person, from: next }
    const removed = addTables(job.removed, { [name]: rows, [`${schema}.${DISCARDS_TABLE}`]: discards }, Infinity)
    save(job, { within: at, removed, tries: 0, error: null })
    if (isOver()) return job.userIds[at.person] === undefined
  }
  return true
}
