import { context } from '../../../src/context.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import {
  type Cursor,
  type Load,
  type Loaded,
  type PostgresSettings,
  postgresConnector,
  type WarehouseSession,
} from '../../../src/connectors/index.ts'
import { type LoadPlan, looseRows, Names, planLoad, type TableSelection } from '../../../src/tables/index.ts'
import type { TestDatabase } from '../../postgres/database.ts'

export const SCHEMA = 'my_shop'
const LOADED = '2026-03-01T12:00:00.000Z'

/** The connector as the local run has it. Its pauses are cut short: what they wait for is there or is not. */
export const connector = postgresConnector({ ...context, sleep: (ms) => context.sleep(Math.min(ms, 100)) }, true)

/** How the connector reaches the database of a test. */
export function settingsOf(database: TestDatabase, more: Partial<PostgresSettings> = {}): PostgresSettings {
  const { host, port, user, password } = database
  return { host, port, database: database.database, username: user, password, sslmode: 'disable', ...more }
}

/** A portion as a sync loads it: what its events make of the catalogue, additions made. */
export async function planned(
  session: WarehouseSession,
  events: readonly SpecEvent[],
  selection?: TableSelection,
): Promise<LoadPlan> {
  const catalogue = await session.catalogue(SCHEMA)
  const names = new Names(connector.limits.nameBytes)
  const loose = events.map((event) => looseRows(event, names, selection))
  const plan = planLoad(
    loose.flatMap(({ rows }) => rows),
    { catalogue, limits: connector.limits, loadedAt: LOADED, remarks: loose.flatMap(({ remarks }) => remarks) },
  )
  await session.extend(SCHEMA, plan.additions)
  return plan
}

/** Loads a portion at the place where the reader stands. */
export async function sync(
  session: WarehouseSession,
  events: readonly SpecEvent[],
  { reader = 'sync', selection, ...more }: { reader?: string; selection?: TableSelection } & Partial<Load> = {},
): Promise<Extract<Loaded, { state: 'loaded' }> & { plan: LoadPlan }> {
  const plan = await planned(session, events, selection)
  const from = await session.cursor(SCHEMA, reader)
  const to = { seq: (from?.seq ?? 0) + 1, index: 0 }
  const loaded = await session.load({ ...loadOf(plan, reader, from, to), ...more })
  if (loaded.state !== 'loaded') throw new Error(`the cursor was moved to ${JSON.stringify(loaded.to)}`)
  return { ...loaded, plan }
}

export function loadOf({ tables, upserts }: LoadPlan, reader: string, from: Cursor | null, to: Cursor): Load {
  return { schema: SCHEMA, tables, upserts, cursor: { reader, from, to } }
}
