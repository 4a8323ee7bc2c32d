import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { createDatabase } from '../../postgres/database.ts'
import { startPostgres } from '../../postgres/server.ts'
import { archiveLines } from '../../warehouse/archive.ts'
import { expectSameTables } from '../../warehouse/compare.ts'
import { countMoves, readMoves } from '../../warehouse/moves.ts'
import { PlainWarehouse } from '../../warehouse/plain-loader.ts'
import { type PlatformStatus, until, WarehousePlatform } from '../../warehouse/platform.ts'
import { Random } from '../../warehouse/random.ts'
import { readPostgres } from '../../warehouse/read-postgres.ts'
import { shopRequests } from '../../warehouse/shop.ts'

/** `WAREHOUSE_EVENTS=1000000 WAREHOUSE_KILLS=10 npm run test:one -- test/node/warehouse/shop.test.ts` is a year. */
const EVENTS = Number(process.env.WAREHOUSE_EVENTS ?? 2_500)
const KILLS = Number(process.env.WAREHOUSE_KILLS ?? 3)
const SEED = Number(process.env.WAREHOUSE_SEED ?? 1)
const IS_YEAR = EVENTS > 50_000
/** Events of a portion at most, where the year is small; of a large one as many as PostgreSQL gets. */
const PORTION = IS_YEAR ? undefined : 100
const MOST_OF_ROW = IS_YEAR ? 400 : 60
const DAYS = 365
const SCHEMA = 'shop'

/** A year takes a while. */
const say = (what: string) => IS_YEAR && console.log(new Date().toISOString(), what)

/** Of a million rows there is room for a hash each, of few for what they are. */
const keep = IS_YEAR ? (text: string) => createHash('sha256').update(text).digest('base64').slice(0, 16) : undefined

/** The year in the order in which it comes, but for the thirtieth part that comes only when it is over: that is put into `late`. */
function* year(late: string[] = []): Generator<string> {
  let n = 0
  for (const line of archiveLines(shopRequests({ seed: SEED, events: EVENTS, days: DAYS, drift: 0.5 }))) {
    if (Math.floor(n++ / 7) % 30 === 7) late.push(line)
    else yield line
  }
}

it(
  'brings a year of a shop into PostgreSQL as a plain loader does, whatever is killed',
  async () => {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    const first = await createDatabase(server)
    const { database } = first
    await countMoves(first, SCHEMA)
    await first.end()
    const { host, port, user: username, password } = server
    const settings = { host, port, database, username, password, sslmode: 'disable' as const }
    const platform = new WarehousePlatform({ settings, schema: SCHEMA, ...(PORTION && { events: PORTION }) })
    onTestFinished(() => platform.stop())
    await platform.start()

    /** A statement by a connection of its own: the server dies now and then. */
    const query = async <R extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> => {
      const client = new pg.Client({ ...server, database })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return (await client.query<R>(text, values)).rows
      } finally {
        await client.end()
      }
    }
    const kills: Record<string, () => Promise<void>> = {
      platform: async () => {
        await platform.kill()
        await platform.start()
      },
      connection: async () => {
        const others = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()'
        await query(`${others} and datname = current_database()`)
      },
      server: async () => {
        await server.kill()
        await server.start()
      },
    }

    // The log: how many events were before each of its rows.
    const random = new Random(SEED)
    const before = [0, 0]
    const append = async (lines: Iterable<string>): Promise<void> => {
      let row: string[] = []
      let size = 1 + random.below(MOST_OF_ROW)
      const put = async () => {
        await platform.append(row)
        before.push((before.at(-1) ?? 0) + row.length)
        row = []
        size = 1 + random.below(MOST_OF_ROW)
      }
      for (const line of lines) if (row.push(line) >= size) await put()
      if (row.length > 0) await put()
    }
    const loaded = async (reader: string) =>
      (await readMoves(query, reader)).map(({ seq, index }) => (before[seq] ?? NaN) + index)
    const isDone = ({ sources, report }: PlatformStatus) =>
      report.current === null && sources[0]?.next === before.length - 1

    const late: string[] = []
    const again: string[] = []
    const sent = function* () {
      let n = 0
      for (const line of year(late)) {
        if (++n > EVENTS * 0.4 && n <= EVENTS * 0.6) again.push(line)
        yield line
      }
    }
    await append(sent())
    say('archived')
    const began = performance.now()
    await platform.sync()
    const total = before.at(-1) ?? 0
    const killed: string[] = []
    for (let at = 0; at < KILLS; at++) {
      const from = ((at + random.next()) * total * 0.9) / KILLS
      await until(
        async () => (await loaded('sync')).at(-1) ?? 0,
        (events) => events >= from,
        20,
      )
      await sleep(random.below(120))
      const [name, kill] = Object.entries(kills)[at % 3] ?? []
      // What is over cannot be hit any more.
      expect((await loaded('sync')).at(-1)).toBeLessThan(total)
      killed.push(name ?? '')
      say(`killed ${name}`)
      await kill?.()
    }
    await until(() => platform.status(), isDone)
    say('synced')
    const seconds = (performance.now() - began) / 1_000

    const plain = new PlainWarehouse(keep)
    /** Loads what the sync has loaded since, in its portions. */
    let done = 0
    let portions = 0
    const reckon = async (lines: Iterable<string>): Promise<void> => {
      const ends = (await loaded('sync')).slice(portions)
      portions += ends.length
      let portion: string[] = []
      for (const line of lines) {
        portion.push(line)
        if (done + portion.length < (ends[0] ?? Infinity)) continue
        plain.load(portion)
        done += portion.length
        portion = []
        while (ends[0] !== undefined && ends[0] <= done) ends.shift()
      }
      expect({ rest: portion.length, ends }).toEqual({ rest: 0, ends: [] })
    }
    const compare = async () => {
      const client = new pg.Client({ ...server, database })
      await client.connect()
      const reader = { query: async (text: string, values?: unknown[]) => (await client.query(text, values)).rows }
      const found = await readPostgres(reader, SCHEMA, keep)
      await client.end()
      expectSameTables(found, plain.tables())
      return found
    }
    await reckon(year())
    const found = await compare()
    expect(found.get('tracks')?.rows.size).toBeGreaterThan(EVENTS / 2)

    say('compared')

    // What comes late is loaded, and what is sent once more is there once.
    for (const more of [late, again]) {
      await append(more)
      await platform.sync()
      await until(() => platform.status(), isDone)
      await reckon(more)
    }
    await compare()
    say('compared with what came late and again')

    // The whole log once more, by a reader of its own, changes nothing.
    await platform.order('bkf_1', { kind: 'backfill', sourceId: 'src_shop', from: null, collections: null })
    await platform.kill()
    await platform.start()
    await until(
      () => platform.status(),
      ({ jobs }) => jobs[0]?.state === 'done',
    )
    expect((await loaded('backfill:bkf_1')).at(-1)).toBe(before.at(-1))
    await compare()

    const rows = [...found.values()].reduce((sum, table) => sum + table.rows.size, 0)
    const rate = Math.round(rows / seconds)
    if (IS_YEAR) console.log({ events: total, rows, portions, killed, seconds: Math.round(seconds), rate })
  },
  IS_YEAR ? 7_200_000 : 120_000,
)
