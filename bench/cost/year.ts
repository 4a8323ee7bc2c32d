import { type Commit, fingerprints, Intake, INTAKE_DIALS } from '../../src/intake/index.ts'
import { IntakeStore } from '../../src/intake/store.ts'
import { sequence } from '../../test/platform/clock.ts'
import { rowStorage } from '../../test/platform/objects.ts'
import { Sql } from '../../test/platform/sql.ts'

const PER_SECOND = 5
const EVENTS = 10
const YEAR_S = 365 * 86_400
const DAY_S = 86_400
/** Committed for real, alarms included; what was before is laid into the tables as those would have left it. */
const REAL_S = 2_400
const { segmentRows } = INTAKE_DIALS

/** A year of one source at five commits of ten events a second: what its object holds, and how long its calls take. */
export async function yearReport(): Promise<string> {
  const sql = new Sql()
  const storage = { ...rowStorage(sql), setAlarm: () => Promise.resolve() }
  const { exec } = storage.sql
  const begun = Date.UTC(2030, 0, 1)
  const random = sequence(1)
  const randomBytes = (length: number) => Uint8Array.from({ length }, () => random() * 256)
  const clock = { now: begun }
  const ctx = { now: () => clock.now, random, randomBytes, log: () => undefined } as unknown as ConstructorParameters<
    typeof Intake
  >[2]
  const bucket = { put: () => Promise.resolve({}), list: () => Promise.resolve({ objects: [], truncated: false }) }
  const open = () => new Intake('src_year', storage, ctx, () => ({}) as never, bucket as unknown as R2Bucket)
  const store = new IntakeStore(storage)
  const words = (count: number) => Uint32Array.from({ length: count * 2 }, () => random() * 2 ** 32)
  const past = YEAR_S * PER_SECOND
  for (let last = segmentRows; last < past; last += segmentRows) {
    const at = begun + (last / PER_SECOND) * 1_000
    exec('INSERT INTO segments (last, first, ended) VALUES (?, ?, ?)', last, last - segmentRows + 1, at)
    if (last <= past - DAY_S * PER_SECOND) continue
    const [accepts, ids] = [words(segmentRows), words(segmentRows * EVENTS)]
    exec('INSERT INTO remembered (last, at, accepts, ids) VALUES (?, ?, ?, ?)', last, at, accepts.buffer, ids.buffer)
  }
  clock.now = begun + YEAR_S * 1_000
  // The rows that do not make a segment are live.
  const nothing = { requests: 0, received: 0, duplicates: 0, rejected: {}, archived: 0, lastCommitAt: null }
  for (let seq = past - segmentRows + 1; seq <= past; seq++) {
    const {
      accepts,
      ids,
      routes,
      counts: _,
      ...facts
    } = commitOf(`${clock.now}-${seq}`, `accept-${seq}`, words(EVENTS))
    const committedAt = new Date(clock.now).toISOString()
    store.append({ ...facts, seq, committedAt, counters: nothing }, { accepts, routes }, ids)
  }
  const slowest = { commit: 0, alarm: 0 }
  const timed = async (what: keyof typeof slowest, run: () => unknown) => {
    const before = cpuMs()
    await run()
    slowest[what] = Math.max(slowest[what], cpuMs() - before)
  }
  const start = cpuMs()
  const intake = open()
  const startUp = cpuMs() - start
  for (let n = 0; n < REAL_S * PER_SECOND; n++) {
    clock.now += 1_000 / PER_SECOND
    const accept = `accept-${n}`
    const ids = fingerprints(Array.from({ length: EVENTS }, (_, at) => `message-${n}-${at}`))
    await timed('commit', () => intake.commit(commitOf(intake.begin([{ accept, ids }]).batch, accept, ids)))
    if (n % (30 * PER_SECOND) === 0) await timed('alarm', () => intake.alarm())
  }
  const { log } = intake.counters()
  sql.close()
  return [
    'A year of one source, five commits of ten events a second',
    `  its object: ${(log.bytes / 1e6).toFixed(1)} MB, ${log.live} of ${log.rows} rows live, ${Math.floor(past / segmentRows)} segments`,
    `  start-up: ${startUp.toFixed(0)} ms; slowest commit ${slowest.commit.toFixed(0)} ms, slowest alarm ${slowest.alarm.toFixed(0)} ms (of CPU)`,
  ].join('\n')
}

/** Milliseconds of CPU of this process: other processes do not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

function commitOf(batch: string, accept: string, ids: Uint32Array): Commit {
  const received = new Date(0).toISOString()
  return {
    batch,
    key: `raw/src_year/2031/01/01/00/${batch}.ndjson.gz`,
    chunks: [[0, 2_000, EVENTS]],
    accepts: [accept],
    ids,
    routes: {},
    counts: { requests: 1, received: EVENTS, duplicates: 0, rejected: {} },
    firstReceivedAt: received,
    lastReceivedAt: received,
  }
}
