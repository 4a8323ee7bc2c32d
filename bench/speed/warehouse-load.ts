import {
  type Connector,
  type PostgresSettings,
  postgresConnector,
  type WarehouseSession,
} from '../../src/connectors/index.ts'
import { context } from '../../src/context.ts'
import { normalise, parseJson, type SpecEvent } from '../../src/event/index.ts'
import { type LoadPlan, looseRows, Names, planLoad } from '../../src/tables/index.ts'
import { EVENTS } from '../../src/warehouse/content.ts'
import { WAREHOUSE_DIALS } from '../../src/warehouse/index.ts'
import { loadLog } from '../../src/warehouse/load.ts'
import { eventOf } from '../cost/events.ts'
import { readerOf, type StoredLog } from './warehouse-archive.ts'

export const connector: Connector<PostgresSettings> = postgresConnector(context, true)

const RECEIVED = Date.UTC(2030, 0, 7, 9)

/** Lines of the archive: `events` of them from the `first` on, one at a time. */
export function* archived(first: number, events: number): Generator<string> {
  for (let n = first; n < first + events; n++) {
    const facts = { receivedAt: RECEIVED + n, projectId: 'src_1', newMessageId: () => `m-${n}` }
    const normalised = normalise(eventOf(n), facts)
    if (!normalised.ok) throw new Error(normalised.code)
    yield JSON.stringify(normalised.event)
  }
}

/** A portion as a sync makes it: lines read, rows made, what is missing added. */
export async function plan(session: WarehouseSession, schema: string, lines: Iterable<string>): Promise<LoadPlan> {
  const names = new Names(connector.limits.nameBytes)
  const loose = [...lines].map((line) => looseRows(parseJson(line) as SpecEvent, names))
  const catalogue = await session.catalogue(schema)
  const made = planLoad(
    loose.flatMap(({ rows }) => rows),
    { catalogue, limits: connector.limits, loadedAt: '2030-01-07T10:00:00.000Z' },
  )
  await session.extend(schema, made.additions)
  return made
}

/** Loads portions into a schema, from where its reader stands; answers how many rows were new. */
export async function loadPortions(
  session: WarehouseSession,
  schema: string,
  portions: Iterable<LoadPlan>,
): Promise<number> {
  let rows = 0
  for (const { tables, upserts } of portions) {
    const from = await session.cursor(schema, 'sync')
    const cursor = { reader: 'sync', from, to: { seq: (from?.seq ?? 0) + 1, index: 0 } }
    const loaded = await session.load({ schema, tables, upserts, cursor })
    if (loaded.state !== 'loaded' || loaded.notices.length > 0) throw new Error(JSON.stringify(loaded))
    rows += Object.values(loaded.inserted).reduce((sum, n) => sum + n, 0)
  }
  return rows
}

/** Loads a log as a sync does, from the archive on; answers how many rows were new. `after` is called behind each portion. */
export async function syncLog(
  session: WarehouseSession,
  schema: string,
  log: StoredLog,
  after: () => void = () => undefined,
): Promise<number> {
  const { archive, intake } = readerOf(log)
  const reading = {
    log: 'src_1',
    schema,
    content: EVENTS,
    reader: 'sync',
    since: null,
    last: log.entries.length,
    leftOut: { collections: [], properties: {} },
    only: null,
    takes: () => true,
  }
  const loading = loadLog(reading, {
    session,
    archive,
    connector,
    discards: false,
    chunks: WAREHOUSE_DIALS.chunks,
    intake: () => intake,
    passes: () => false,
    enough: () => false,
    now: () => context.now(),
    rest: () => context.sleep(0),
  })
  let rows = 0
  for await (const { inserted } of loading) {
    rows += Object.values(inserted).reduce((sum, n) => sum + n, 0)
    after()
  }
  return rows
}
