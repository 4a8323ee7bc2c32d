import type { Cursor, Loaded, WarehouseSession } from '../../../src/connectors/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import {
  type Limits,
  looseRows,
  Names,
  planLoad,
  type TableSelection,
  type SyncNotice,
} from '../../../src/tables/index.ts'
import type { TestDatabase } from '../../postgres/database.ts'

export const SCHEMA = 'shop'
const LOADED_AT = '2026-03-01T12:00:00.000Z'

/** One load of these events, as a sync does it. */
export async function sync(
  session: WarehouseSession,
  limits: Limits,
  events: readonly SpecEvent[],
  { from, to, reader = 'sync' }: { from: Cursor | null; to: Cursor; reader?: string },
  selection?: TableSelection,
  withDiscards = false,
): Promise<{ loaded: Loaded; notices: SyncNotice[] }> {
  const catalogue = await session.catalogue(SCHEMA)
  const names = new Names(limits.nameBytes)
  const loose = events.map((event) => looseRows(event, names, selection))
  const plan = planLoad(
    loose.flatMap(({ rows }) => rows),
    { catalogue, limits, loadedAt: LOADED_AT, remarks: loose.flatMap(({ remarks }) => remarks) },
  )
  await session.extend(SCHEMA, plan.additions)
  const loaded = await session.load({
    schema: SCHEMA,
    tables: plan.tables,
    upserts: plan.upserts,
    cursor: { reader, from, to },
    ...(withDiscards && { discards: plan.notices }),
  })
  return { loaded, notices: [...plan.notices, ...(loaded.state === 'loaded' ? loaded.notices : [])] }
}

/** All rows of the schema's tables but ours, by table, in the order of their ids. */
export async function rowsOfAll(database: TestDatabase): Promise<Record<string, Record<string, unknown>[]>> {
  const tables = await database.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = '${SCHEMA}' and tablename not like '\\_sluice%' order by 1`,
  )
  const rows: Record<string, Record<string, unknown>[]> = {}
  for (const { name } of tables) {
    rows[name] = await database.query(`select * from ${SCHEMA}."${name}" order by length(id), id`)
  }
  return rows
}
