import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { context } from '../../../src/context.ts'
import {
  type Bounds,
  BOUNDS,
  encodeSet,
  type Grant,
  Lane,
  LANE_DIALS,
  type LaneDials,
  type Outcome,
  type Part,
  setOf,
  type Settlement,
  type TellHealth,
} from '../../../src/lane/index.ts'
import type { LaneConfig } from '../../../src/settings/index.ts'

/** A lane on real Durable Object storage, on a clock of its own. */
export interface Rig {
  lane: Lane
  now: number
  /** What `random()` answers. */
  random: number
  /** That of the platform; in force with the next `reopen`. */
  generation: string | undefined
  wakeUps: number
  /** The queue refuses them. */
  wakeUpFails: boolean
  /** What each of them said of a replay. */
  wakeUpsFor: unknown[]
  /** In force with the next `reopen`. */
  bounds: Bounds
  /** In force with the next `reopen`. */
  dials: LaneDials
  /** Whom it tells how it stands; in force with the next `reopen`. */
  tell: TellHealth | undefined
  /** Where it looks for payloads; in force with the next `reopen`. */
  archive: R2Bucket | undefined
  /** Values that storage refuses, as it does those that are too large. */
  refuse: (text: string) => boolean
  /** Times for which the alarm was set. */
  alarms: number[]
  /** As after an eviction: only what is stored remains. */
  reopen(): void
  /** Rows of works that are done wait for the next ones, and are not counted. */
  rows(table: 'work' | 'dead' | 'held'): number
  sql(statement: string): void
  select<Row extends Record<string, SqlStorageValue>>(query: string): Row[]
  /** Rows written so far, as the platform counts them. */
  written(): number
  /** Rows read so far, as the platform counts them. */
  read(): number
}

/** Of the table `work`. */
const IN_USE = " WHERE id NOT IN (SELECT value FROM lane, json_each(lane.body, '$.spare') WHERE lane.id = 1)"

export const T0 = Date.UTC(2030, 0, 1)

export const CONFIG: LaneConfig = {
  version: 1,
  enabled: true,
  rate: null,
  concurrency: 4,
  schedule: 'segment-4h',
  timeoutMs: 5_000,
}

/** Grants come with their registrations, as they do outside of tests; elsewhere each worker is to ask for its own. */
export function withKeptGrants(body: (rig: Rig) => void | Promise<void>): Promise<void> {
  return withLane((rig) => {
    rig.dials = LANE_DIALS
    rig.reopen()
    return body(rig)
  })
}

export async function withLane(body: (rig: Rig) => void | Promise<void>): Promise<void> {
  const stub = env.LANE.getByName(`rig-${crypto.randomUUID()}`)
  await runInDurableObject(stub, async (_, { storage }) => {
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = []
    const exec = ((query: string, ...bindings: unknown[]) => {
      if (bindings.some((one) => typeof one === 'string' && rig.refuse(one)))
        throw new Error('string or blob too big: SQLITE_TOOBIG')
      const cursor = storage.sql.exec(query, ...bindings)
      cursors.push(cursor)
      return cursor
    }) as SqlStorage['exec']
    const rig: Rig = {
      now: T0,
      random: 1,
      generation: undefined,
      wakeUps: 0,
      wakeUpFails: false,
      wakeUpsFor: [],
      bounds: BOUNDS,
      dials: { ...LANE_DIALS, keptMs: 0 },
      tell: undefined,
      archive: undefined,
      refuse: () => false,
      alarms: [],
      rows: (table) =>
        storage.sql.exec(`SELECT count(*) AS n FROM ${table}${table === 'work' ? IN_USE : ''}`).one().n as number,
      sql: (statement) => void storage.sql.exec(statement),
      select: <Row extends Record<string, SqlStorageValue>>(query: string) => storage.sql.exec<Row>(query).toArray(),
      written: () => cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
      read: () => cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
      reopen: () => {
        rig.lane = new Lane(
          'lane',
          {
            sql: { exec },
            transactionSync: (closure) => storage.transactionSync(closure),
            setAlarm: (at) => Promise.resolve(void rig.alarms.push(at)),
          },
          {
            ...context,
            now: () => rig.now,
            random: () => rig.random,
            log: () => undefined,
            ...(rig.generation !== undefined && { generation: rig.generation }),
          },
          (replay) => {
            rig.wakeUps++
            rig.wakeUpsFor.push(replay)
            return rig.wakeUpFails ? Promise.reject(new Error('the queue is full')) : Promise.resolve()
          },
          rig.bounds,
          rig.dials,
          rig.tell,
          rig.archive,
        )
      },
      lane: undefined as unknown as Lane,
    }
    rig.reopen()
    await body(rig)
  })
}

/** A batch of `count` events in members of ten, all of them for this lane unless `events` says which. */
export function part(seq: number, count: number, events?: number[], filtered: Part['filtered'] = {}): Part {
  const chunks: Part['chunks'] = []
  for (let first = 0; first < count; first += 10) chunks.push([first * 100, 1_000, Math.min(10, count - first)])
  const set = setOf(events ?? Array.from({ length: count }, (_, index) => index))
  return { seq, key: `raw/src/${seq}`, chunks, events: encodeSet(set), filtered }
}

export function register(rig: Rig, parts: Part[], config = CONFIG, log = 'src') {
  const to = parts.at(-1)?.seq ?? 0
  return rig.lane.register({ log, from: (parts[0]?.seq ?? 1) - 1, to, parts, config })
}

export function take(rig: Rig): Grant {
  const grant = rig.lane.take()
  if (!grant) throw new Error('nothing was granted')
  return grant
}

/** A settlement of a grant: each event by what `outcome` says of it. */
export function settlement(grant: Grant, outcome: (event: number) => Outcome): Settlement {
  const results = grant.events.map((event) => ({ outcome: outcome(event), events: [event], tookMs: 1 }))
  const { work, lease, seq, version } = grant
  return { work, lease, seq, version, results }
}

/** Takes and settles, all events alike; answers what was taken. */
export function run(rig: Rig, outcome: Outcome): Grant {
  const grant = take(rig)
  rig.lane.settle(
    settlement(grant, () => outcome),
    false,
  )
  return grant
}

export const delivered: Outcome = { kind: 'delivered' }
export const retry: Outcome = { kind: 'retry', code: 'http_503' }
export const dead: Outcome = { kind: 'dead', code: 'http_400' }
export const unsent: Outcome = { kind: 'unsent' }
export const gone: Outcome = { kind: 'dead', code: 'http_410' }
export const busy = (notBefore?: number): Outcome => ({
  kind: 'retry',
  code: 'http_429',
  ...(notBefore !== undefined && { notBefore }),
})
