import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type Chunk, writeBatch } from '../../../src/archive/index.ts'
import { context } from '../../../src/context.ts'
import type { IntakeCounts, LogFrom } from '../../../src/intake/index.ts'
import { fingerprints, Intake, INTAKE_DIALS, type IntakeDials } from '../../../src/intake/index.ts'
import { Statistics, STATISTICS_DIALS, type StatisticsDials, type UsageDay } from '../../../src/statistics/index.ts'

export const T0 = Date.UTC(2030, 0, 1, 12)
export const HOUR = 3_600_000
export const DAY = 24 * HOUR

/** Statistics and the intake that they follow, on real Durable Object storage (one for both) and one clock; the archive is real. */
export interface Rig {
  now: number
  source: string
  intake: Intake
  statistics: Statistics
  alarms: number[]
  /** What was published, in order. */
  published: UsageDay[][]
  /** What D1 does when something is published: answer whether there is such a source. */
  publish: () => Promise<boolean>
  exists: boolean
  archive: R2Bucket
  /** Calls of the intake. */
  calls: string[]
  logged: string[]
  /** Another instance over the same storage, as after an eviction. */
  reopen(dials?: Partial<StatisticsDials>): Statistics
  sql: SqlStorage
  /** The next transaction of the statistics that may be stored; 0: it dies. Counts down. */
  dieAfter: number
  /** Commits a batch of events, as route does. */
  commit(events: readonly object[], counts?: Partial<IntakeCounts>): Promise<string | null>
  /** Rings until there is nothing to do. */
  run(): Promise<void>
}

export async function withStatistics(
  body: (rig: Rig) => Promise<void>,
  options: { dials?: Partial<StatisticsDials>; intake?: Partial<IntakeDials> } = {},
): Promise<void> {
  const name = `rig-${crypto.randomUUID()}`
  await runInDurableObject(env.STATISTICS.getByName(name), async (_, { storage }) => {
    let batches = 0
    const source = `src-${crypto.randomUUID()}`
    const ctx = { ...context, now: () => rig.now, log: (_: string, message: string) => void rig.logged.push(message) }
    const rig: Rig = {
      now: T0,
      source,
      intake: undefined as unknown as Intake,
      statistics: undefined as unknown as Statistics,
      alarms: [],
      published: [],
      publish: () => Promise.resolve(true),
      exists: true,
      archive: env.ARCHIVE,
      calls: [],
      logged: [],
      dieAfter: Infinity,
      sql: storage.sql,
      reopen(dials = options.dials ?? {}) {
        rig.statistics = new Statistics(
          source,
          {
            sql: storage.sql,
            transactionSync: (closure) => {
              if (rig.dieAfter-- <= 0) throw new Error('the object died')
              return storage.transactionSync(closure)
            },
            setAlarm: (at) => Promise.resolve(void rig.alarms.push(at)),
          },
          {
            ctx,
            archive: rig.archive,
            intake: () => ({
              log: (from: LogFrom) => {
                rig.calls.push('log')
                return Promise.resolve(rig.intake.log(from))
              },
              counters: () => Promise.resolve(rig.intake.counters()),
            }),
            sourceExists: () => Promise.resolve(rig.exists),
            publish: async (_, days) => {
              const there = await rig.publish()
              rig.published.push([...days])
              return there
            },
          },
          { ...STATISTICS_DIALS, ...dials },
        )
        return rig.statistics
      },
      async commit(events, counts = {}) {
        const batch = `${rig.now}-${String(batches++).padStart(12, '0')}`
        const at = new Date(rig.now).toISOString()
        const lines = events.map((event, n) => JSON.stringify(eventOf(`${batch}.${n}`, event, at)))
        const facts = { source, batch, firstReceivedAt: at, lastReceivedAt: at }
        const written: { key: string | null; chunks: Chunk[] } =
          lines.length > 0 ? await writeBatch(env.ARCHIVE, facts, lines) : { key: null, chunks: [] }
        const reply = rig.intake.commit({
          batch,
          ...written,
          accepts: [batch],
          ids: fingerprints(events.map((_, n) => `${batch}.${n}`)),
          routes: {},
          counts: { requests: 1, received: events.length, duplicates: 0, rejected: {}, ...counts },
          firstReceivedAt: at,
          lastReceivedAt: at,
        })
        if (reply !== 'ok') throw new Error(`commit: ${reply}`)
        return written.key
      },
      async run() {
        for (let rings = 0; rings < 1_000; rings++) {
          rig.alarms.length = 0
          await rig.statistics.alarm()
          const next = rig.alarms.at(-1)
          // What is only to be published some time is not waited for.
          if (next === undefined || next - rig.now > 60_000) return
          rig.now = Math.max(rig.now, next)
        }
        throw new Error('its alarm rings for ever')
      },
    }
    rig.intake = new Intake(
      source,
      {
        sql: storage.sql,
        transactionSync: (closure) => storage.transactionSync(closure),
        setAlarm: () => Promise.resolve(),
      },
      ctx,
      () => ({ register: ({ to }) => Promise.resolve({ mark: to }) }),
      env.ARCHIVE,
      undefined,
      { ...INTAKE_DIALS, ...options.intake },
    )
    rig.reopen()
    await body(rig)
  })
}

/** An event as it is archived. */
export function eventOf(messageId: string, event: object, receivedAt: string) {
  return {
    type: 'track',
    messageId,
    userId: 'u',
    channel: 'server',
    context: {},
    integrations: {},
    receivedAt,
    timestamp: receivedAt,
    ...event,
  }
}

export const track = (event: string, properties: object = {}) => ({ type: 'track', event, properties })
