import { availableParallelism, loadavg } from 'node:os'
import { once } from 'node:events'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import { copyPieces } from '../../src/connectors/postgres/copy-text.ts'
import type { PostgresSettings, WarehouseSession } from '../../src/connectors/index.ts'
import { PRICES } from '../../src/control/prices.ts'
import type { LoadPlan } from '../../src/tables/index.ts'
import { startPostgres } from '../../test/postgres/server.ts'
import { grid } from '../cost/table.ts'
import { median } from './median.ts'
import { removeLog, storeLog } from './warehouse-archive.ts'
import { archived, connector, loadPortions, plan, syncLog } from './warehouse-load.ts'

const ROUNDS = 5
const PORTIONS = 4
/** Events of a row of the log. */
const ROW = 1_000
const LEAST = 0.5
/** As a server is set up, and not as tests want it. */
const SAFE = ['fsync=on', 'full_page_writes=on', 'autovacuum=on']
const OBJECT_GB = 0.128
/** Of a portion, estimated: its alarm, rows of the object's own books, and ranged reads of the archive. */
const A_PORTION = PRICES.objectRequest + 10 * PRICES.rowWritten + 8 * PRICES.r2ClassB

interface Leg {
  rowsPerSecond: number
  ms: number
  /** Of this process alone, not of the server. */
  cpuMs: number
}

interface Round {
  /** Ready rows, loaded as a sync does: staged, merged, with the cursor. */
  load: Leg
  /** The same, lines of the archive read and made rows of. */
  whole: Leg
  /** Ready rows, only copied. */
  plain: Leg
}

/** What a sync does with events of the archive, beside a client that has the rows ready and only copies them, in turns. */
export async function warehouseReport(): Promise<string> {
  const [busy = 0] = loadavg()
  const server = await startPostgres(SAFE)
  try {
    const { host, port, user: username, password } = server
    const settings: PostgresSettings = { host, port, username, password, database: 'postgres', sslmode: 'disable' }
    const client = new pg.Client({ host, port, user: username, password, database: 'postgres' })
    await client.connect()
    const session = await connector.open(settings)
    const rounds: Round[] = []
    // The first round only warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      rounds.push(await oneRound(session, client, linesOf(round)))
      await client.query(`drop schema ready, load, whole, plain cascade; checkpoint`)
    }
    await Promise.all([client.end(), session.end()])
    return report(rounds.slice(1), busy)
  } finally {
    await server.stop()
  }
}

function linesOf(round: number): string[][] {
  const { events } = connector.portion
  return Array.from({ length: PORTIONS }, (_, at) => [...archived((round * PORTIONS + at) * events, events)])
}

async function oneRound(session: WarehouseSession, client: pg.Client, lines: readonly string[][]): Promise<Round> {
  const ready: LoadPlan[] = []
  for (const portion of lines) ready.push(await plan(session, 'ready', portion))
  for (const schema of ['load', 'whole']) await session.extend(schema, ready[0]?.additions ?? [])
  const log = await storeLog(lines.flatMap((portion) => inRows(portion)))
  const round = {
    load: await timed(() => loadPortions(session, 'load', ready)),
    plain: await plain(client, ready),
    whole: await timed(() => syncLog(session, 'whole', log)),
  }
  removeLog(log)
  return round
}

/** By thousands, as a busy source's log has them. */
function inRows(lines: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(lines.length / ROW) }, (_, at) => lines.slice(at * ROW, (at + 1) * ROW))
}

async function plain(client: pg.Client, portions: readonly LoadPlan[]): Promise<Leg> {
  const { rows } = await client.query<{ table: string }>(
    `select relname as table from pg_class where relnamespace = 'ready'::regnamespace and relkind = 'r' and relname !~ '^_sluice'`,
  )
  const like = rows.map(({ table }) => `create table plain.${table} (like ready.${table} including all)`)
  await client.query(`create schema plain; ${like.join('; ')}`)
  return timed(async () => {
    let copied = 0
    for (const { tables } of portions) {
      await client.query('begin')
      for (const { table, columns, rows } of tables) {
        const names = columns.map(({ name }) => `"${name}"`).join(', ')
        const stream = client.query(from(`copy plain.${table} (${names}) from stdin`))
        for (const piece of copyPieces(rows)) if (!stream.write(piece)) await once(stream, 'drain')
        stream.end()
        await once(stream, 'finish')
        copied += rows.length
      }
      await client.query('commit')
    }
    return copied
  })
}

async function timed(run: () => Promise<number>): Promise<Leg> {
  const cpu = process.cpuUsage()
  const began = performance.now()
  const rows = await run()
  const ms = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  const expected = PORTIONS * connector.portion.events * 2
  if (rows !== expected) throw new Error(`${rows} rows were loaded instead of ${expected}`)
  return { rowsPerSecond: (rows * 1_000) / ms, ms, cpuMs: (user + system) / 1_000 }
}

function report(rounds: readonly Round[], load: number): string {
  const events = PORTIONS * connector.portion.events
  const ratioOf = (of: (one: Round) => Leg) =>
    median(rounds.map((one) => of(one).rowsPerSecond / one.plain.rowsPerSecond))
  const [ratio, whole] = [ratioOf((one) => one.load), ratioOf((one) => one.whole)]
  const row = (name: string, of: (one: Round) => Leg) => [
    name,
    median(rounds.map((one) => of(one).rowsPerSecond)).toFixed(0),
    ((median(rounds.map((one) => of(one).cpuMs)) * 1_000) / events).toFixed(0),
    ratioOf(of).toFixed(2),
  ]
  const isBusy = load > availableParallelism()
  const verdict = (of: number) => (of >= LEAST ? 'met   ' : isBusy ? 'busy  ' : 'MISSED')
  const note = isBusy
    ? `\n  The machine was busy (load ${load.toFixed(1)}): client and server had no processor each.`
    : ''
  return [
    `PostgreSQL: ${events} events of 0.9 KB, two rows each, in portions of ${connector.portion.events}; medians of ${ROUNDS} legs, in turns.`,
    grid([
      ['', 'rows/s', 'CPU µs/event', 'of COPY'],
      row('COPY of ready rows, by the same driver', ({ plain }) => plain),
      row('loaded: staged and merged, with the cursor', ({ load }) => load),
      row('archive read and made rows of, then loaded', ({ whole }) => whole),
    ]),
    `  ${verdict(ratio)} ready rows/s loaded ${ratio.toFixed(2)} × of ${LEAST} × at least`,
    `  ${verdict(whole)} rows/s from the archive on ${whole.toFixed(2)} × of ${LEAST} × at least${note}`,
    `  ${dollars(rounds.map(({ whole }) => whole))}`,
  ].join('\n')
}

/** At list prices, with an object that is awake while it loads. */
function dollars(legs: readonly Leg[]): string {
  const portions = 1_000_000 / connector.portion.events
  const share = 1_000_000 / (PORTIONS * connector.portion.events)
  const cpu = median(legs.map(({ cpuMs }) => cpuMs)) * share * PRICES.cpuMs
  const awake = (median(legs.map(({ ms }) => ms)) / 1_000) * share * OBJECT_GB * PRICES.objectGbSecond
  const rest = portions * A_PORTION
  const parts = `CPU ${cpu.toFixed(4)}, object awake ${awake.toFixed(4)}, its rows and reads ${rest.toFixed(4)}`
  return `$${(cpu + awake + rest).toFixed(4)} a million events loaded (${parts})`
}
