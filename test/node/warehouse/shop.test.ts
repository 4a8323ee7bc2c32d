import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { postgresConnector, type WarehouseSession } from '../../../src/connectors/index.ts'
import { context } from '../../../src/context.ts'
import { createDatabase } from '../../postgres/database.ts'
import { startPostgres } from '../../postgres/server.ts'
import { archiveLines } from '../../warehouse/archive.ts'
import { expectSameTables } from '../../warehouse/compare.ts'
import { PlainWarehouse } from '../../warehouse/plain-loader.ts'
import { Random } from '../../warehouse/random.ts'
import { readPostgres } from '../../warehouse/read-postgres.ts'
import { shopRequests } from '../../warehouse/shop.ts'
import { inPortions, syncPortions, type Target } from '../../warehouse/sync.ts'

/** `WAREHOUSE_EVENTS=1000000 WAREHOUSE_KILLS=10 npm run test:one -- test/node/warehouse/shop.test.ts` is a year. */
const EVENTS = Number(process.env.WAREHOUSE_EVENTS ?? 2_500)
const KILLS = Number(process.env.WAREHOUSE_KILLS ?? 3)
const SEED = Number(process.env.WAREHOUSE_SEED ?? 1)
const PORTION = Math.min(2_000, Math.ceil(EVENTS / 10))
const DAYS = 365

/** Of a million rows there is room for a hash each, of few for what they are. */
const keep =
  EVENTS > 50_000 ? (text: string) => createHash('sha256').update(text).digest('base64').slice(0, 16) : undefined

const lines = () => archiveLines(shopRequests({ seed: SEED, events: EVENTS, days: DAYS, drift: 0.5 }))
const SCHEMA = 'shop'

it(
  'brings a year of a shop into PostgreSQL as a plain loader does, whatever is killed',
  async () => {
    const server = await startPostgres()
    onTestFinished(() => server.stop())
    const first = await createDatabase(server)
    await first.end()
    const { database } = first
    const random = new Random(SEED)
    const portions = Math.ceil(EVENTS / PORTION)
    const kills = new Map(
      Array.from({ length: KILLS }, (_, at) => [1 + Math.floor(((at + random.next()) * portions) / KILLS), at % 3]),
    )
    const connector = postgresConnector(context, true)
    const settings = { ...server, database, username: server.user, sslmode: 'disable' as const }
    const killed: string[] = []
    let opened = 0
    const kill = async (kind: number): Promise<void> => {
      await sleep(random.below(120))
      if (kind === 0) {
        killed.push('connection')
        const administrator = new pg.Client({ ...server, database: 'postgres' })
        await administrator.connect()
        await administrator.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [
          database,
        ])
        await administrator.end()
      } else {
        killed.push('server')
        await server.kill()
        await server.start()
      }
    }
    let dying: Promise<void> = Promise.resolve()
    const target: Target = {
      schema: SCHEMA,
      limits: connector.limits,
      pause: 20,
      open: async (): Promise<WarehouseSession> => {
        const session = await connector.open(settings)
        const kind = kills.get(++opened)
        kills.delete(opened)
        if (kind === undefined) return session
        if (kind !== 2) {
          dying = dying.then(() => kill(kind))
          return session
        }
        // The platform dies when it has sent a load; another instance sends it once more while the first is still running.
        killed.push('platform')
        const other = await connector.open(settings)
        return {
          ...session,
          load: async (load) => {
            const [, second] = await Promise.allSettled([session.load(load), other.load(load)])
            await other.end()
            if (second.status === 'rejected') throw second.reason
            return second.value
          },
        }
      },
    }
    await syncPortions(inPortions(lines(), PORTION), target)
    await dying
    expect(killed).toHaveLength(KILLS)

    const plain = new PlainWarehouse(keep)
    for (const portion of inPortions(lines(), PORTION)) plain.load(portion)
    const expected = plain.tables()
    const client = new pg.Client({ ...server, database })
    onTestFinished(() => client.end())
    await client.connect()
    const reader = { query: async (text: string, values?: unknown[]) => (await client.query(text, values)).rows }
    const found = await readPostgres(reader, SCHEMA, keep)
    expectSameTables(found, expected)
    expect(found.get('tracks')?.rows.size).toBeGreaterThan(EVENTS / 2)

    // The same range once more, by a reader of its own, changes nothing.
    await syncPortions(inPortions(lines(), PORTION), { ...target, reader: 'backfill:1' })
    expectSameTables(await readPostgres(reader, SCHEMA, keep), expected)
  },
  EVENTS > 50_000 ? 7_200_000 : 120_000,
)
