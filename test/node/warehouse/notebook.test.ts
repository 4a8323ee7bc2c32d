import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { icebergConnector, postgresConnector } from '../../../src/connectors/index.ts'
import { context } from '../../../src/context.ts'
import { firstFunnel } from '../../../src/control/warehouses/sql.ts'
import { openDatabase } from '../../postgres/database.ts'
import { archiveLines, asIntake } from '../../warehouse/archive.ts'
import { type Answer, notebookAnswers, notebookQueries } from '../../warehouse/notebook.ts'
import { shopRequests } from '../../warehouse/shop.ts'
import { inPortions, syncPortions } from '../../warehouse/sync.ts'
import { CatalogueStandIn } from '../lake/catalogue.ts'
import { duck } from '../lake/readers.ts'

const lines = [...archiveLines(shopRequests({ seed: 3, events: 3_000, days: 120, drift: 1 }))]
const queries = notebookQueries()
const answers = notebookAnswers(lines)

/** A warehouse that has the shop's events in the schema `shop`, and answers SQL. */
interface Engine {
  query(sql: string): Promise<Record<string, unknown>[]>
  end(): void | Promise<void>
}

/** Those that have the notebook's answers: each loads the lines and can be asked. */
const ENGINES: Record<string, () => Promise<Engine>> = { PostgreSQL: postgres, 'a lake': lake }

async function postgres(): Promise<Engine> {
  const database = await openDatabase()
  const { host, port, user, password } = database
  const settings = { host, port, database: database.database, username: user, password, sslmode: 'disable' as const }
  const connector = postgresConnector(context, true)
  await syncPortions(inPortions(lines, 1_000), {
    schema: 'shop',
    limits: connector.limits,
    open: () => connector.open(settings),
  })
  await database.query("set timezone = 'UTC'")
  return database
}

/** Its data files, as Iceberg's metadata names them, read by DuckDB. */
async function lake(): Promise<Engine> {
  const catalogue = new CatalogueStandIn()
  const connector = icebergConnector(catalogue.context(), false)
  await syncPortions(inPortions(asIntake(lines), 1_000), {
    schema: 'shop',
    limits: connector.limits,
    open: () => connector.open(catalogue.settings()),
  })
  const { query, close } = await duck(catalogue, 'shop')
  return { query, end: close }
}

/** Values of any client as the answers have them. */
function plain(value: unknown): string | number | null {
  if (value === null || typeof value === 'number') return value
  // A day without a time, which the client took for midnight here.
  if (value instanceof Date)
    return [value.getFullYear(), value.getMonth() + 1, value.getDate()].map(twoDigits).join('-')
  const text = String(value)
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}

function twoDigits(part: number): string {
  return String(part).padStart(2, '0')
}

it('has a query for each answer, and something to answer', () => {
  expect([...queries.keys()].toSorted()).toEqual(Object.keys(answers).toSorted())
  const [[, viewed], , , [, ordered]] = answers.funnel as [number[], number[], number[], number[]]
  expect(viewed).toBeGreaterThan(200)
  expect(ordered).toBeGreaterThan(20)
  for (const answer of Object.values(answers)) expect(answer.length).toBeGreaterThan(1)
})

describe.each(Object.entries(ENGINES))('the notebook in %s', (_, open) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await open()
  })
  afterAll(() => engine.end())

  it.each([...queries])('%s', async (name, sql) => {
    const rows = await engine.query(sql)
    const found: Answer = rows.map((row) => Object.values(row).map(plain))
    expect(found).toEqual(answers[name])
  })

  it.each([
    ['two events', ['product_viewed', 'product_added'], ['did_product_viewed', 'then_product_added', 'percent']],
    ['fewer', ['product_viewed'], ['event_text', 'events', 'people']],
  ])('the first funnel that the panel offers, with %s', async (_, tables, columns) => {
    const sql = firstFunnel('shop', tables)
    await engine.query(sql)
    // The shop's events are older than its thirty days.
    const [row, ...rows] = await engine.query(sql.replace('current_date - 30', "date '2000-01-01'"))
    expect(Object.keys(row ?? {})).toEqual(columns)
    expect(Number(row?.[columns[1] ?? ''])).toBeGreaterThan(20)
    expect(rows.length > 0).toBe(tables.length < 2)
  })
})
