import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { context } from '../../../src/context.ts'
import {
  type Commit,
  fingerprints,
  Intake,
  INTAKE_DIALS,
  type IntakeDials,
  type Route,
  type TellSourceHealth,
} from '../../../src/intake/index.ts'
import type { LaneRemote, Registration } from '../../../src/lane/index.ts'

/** An intake on real Durable Object storage, on a clock of its own, with lanes that keep what they are told. */
export interface Rig {
  intake: Intake
  now: number
  alarms: number[]
  /** Registrations that reached a lane, in order. */
  told: { lane: string; registration: Registration }[]
  /** What a lane does when it is told: throw, hang, or answer with its mark. */
  answer: (lane: string, registration: Registration) => Promise<{ mark: number }>
  /** Who is told that the log has grown, from the next `reopen` on. */
  follow?: () => Promise<unknown>
  /** Whom it tells what came; in force with the next `reopen`. */
  tell: TellSourceHealth | undefined
  reopen(): void
  logRows(): number
  /** Rows that are in segments, and segments whose ids are remembered. */
  sealedRows(): number
  rememberedSegments(): number
  sql: SqlStorage
  archive: R2Bucket
  log: string
}

export const T0 = Date.UTC(2030, 0, 1)

/** Segments of two rows that leave after an hour. */
export const SMALL_SEGMENTS: Partial<IntakeDials> = { segmentRows: 2, liveMs: 3_600_000, segmentsAtOnce: 100 }

/** What can leave the object leaves it. */
export async function sealAll(rig: Rig): Promise<void> {
  rig.now += 3_600_000
  await rig.intake.alarm()
}

export async function withIntake(
  body: (rig: Rig) => void | Promise<void>,
  dials: Partial<IntakeDials> = {},
): Promise<void> {
  const stub = env.INTAKE.getByName(`rig-${crypto.randomUUID()}`)
  await runInDurableObject(stub, async (_, { storage }) => {
    const register = async (lane: string, registration: Registration) => {
      const reply = await rig.answer(lane, registration)
      rig.told.push({ lane, registration })
      return reply
    }
    const rig: Rig = {
      now: T0,
      alarms: [],
      tell: undefined,
      told: [],
      answer: (_lane, { to }) => Promise.resolve({ mark: to }),
      logRows: () => storage.sql.exec('SELECT count(*) AS n FROM log').one().n as number,
      sealedRows: () => storage.sql.exec('SELECT total(last - first + 1) AS n FROM segments').one().n as number,
      rememberedSegments: () => storage.sql.exec('SELECT count(*) AS n FROM remembered').one().n as number,
      sql: storage.sql,
      archive: env.ARCHIVE,
      log: `src-${crypto.randomUUID()}`,
      reopen: () => {
        rig.intake = new Intake(
          rig.log,
          {
            sql: storage.sql,
            transactionSync: (closure) => storage.transactionSync(closure),
            setAlarm: (at) => Promise.resolve(void rig.alarms.push(at)),
          },
          { ...context, now: () => rig.now, log: () => undefined },
          (lane) => ({ register: (registration) => register(lane, registration) }) as Partial<LaneRemote> as LaneRemote,
          rig.archive,
          undefined,
          { ...INTAKE_DIALS, ...dials },
          rig.follow,
          rig.tell,
        )
      },
      intake: undefined as unknown as Intake,
    }
    rig.reopen()
    await body(rig)
  })
}

export function begin(rig: Rig, accept: string, ids: string[]) {
  return rig.intake.begin([{ accept, ids: fingerprints(ids) }])
}

const config: Route['config'] = {
  version: 1,
  enabled: true,
  rate: null,
  concurrency: 4,
  schedule: 'segment-4h',
  timeoutMs: 5_000,
}

export function commitOf(batch: string, accepts: string[], ids: string[], lanes: string[] = ['d1']): Commit {
  return {
    batch,
    key: ids.length > 0 ? `raw/src/${batch}` : null,
    chunks: ids.length > 0 ? [[0, 100, ids.length]] : [],
    accepts,
    ids: fingerprints(ids),
    routes: Object.fromEntries(lanes.map((lane) => [lane, { events: `0-${ids.length}`, filtered: {}, config }])),
    counts: { requests: accepts.length, received: ids.length, duplicates: 0, rejected: {} },
    firstReceivedAt: '2030-01-01T00:00:00.000Z',
    lastReceivedAt: '2030-01-01T00:00:00.000Z',
  }
}

/** Begins and commits one request. */
export function log(rig: Rig, accept: string, ids: string[], lanes?: string[]) {
  const { batch } = begin(rig, accept, ids)
  return rig.intake.commit(commitOf(batch, [accept], ids, lanes))
}

/** Lets pushes that were begun go on. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}
