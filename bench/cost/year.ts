import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Commit, fingerprints, Intake, INTAKE_DIALS } from '../../src/intake/index.ts'
import { IntakeStore } from '../../src/intake/store.ts'
import { sequence } from '../../test/platform/clock.ts'
import { rowStorage } from '../../test/platform/objects.ts'
import { Sql } from '../../test/platform/sql.ts'

const PER_SECOND = 5
const EVENTS = 10
const BEGUN = Date.UTC(2030, 0, 1)
const YEAR_S = 365 * 86_400
const DAY_S = 86_400
/** Committed for real, alarms included; what was before is laid into the tables as those would have left it. */
const REAL_S = 2_400
const { segmentRows } = INTAKE_DIALS

/** As many ids as an intake remembers at most: 140 events a second, for a day. */
const MOST_IDS = 12_000_000

/** A year of one source at five commits of ten events a second: what its object holds, and how long its calls take. */
export async function yearReport(): Promise<string> {
  const { cpu, bytes, upgrade } = measureStart()
  return [
    await steadyYear(),
    `  twelve million ids remembered: start-up ${cpu.toFixed(0)} ms of CPU, ${(bytes / 1e6).toFixed(0)} MB`,
    `  the first one after a version that packed none of them: ${upgrade.toFixed(0)} ms`,
  ].join('\n')
}

/**
 * An intake that opens with as many ids as it remembers: milliseconds of CPU, and bytes of its typed arrays. `upgrade`: of
 * the first opening, when an earlier version has packed nothing yet.
 */
export function measureStart(): { cpu: number; bytes: number; upgrade: number } {
  const { exec, open, close, words } = world()
  const { segmentIds } = INTAKE_DIALS
  for (let last = 1; last <= MOST_IDS / segmentIds; last++) {
    const [accepts, ids] = [words(segmentIds / EVENTS), words(segmentIds)]
    const at = BEGUN + last
    exec('INSERT INTO remembered (last, at, accepts, ids) VALUES (?, ?, ?, ?)', last, at, accepts.buffer, ids.buffer)
  }
  const upgraded = cpuMs()
  open()
  const upgrade = cpuMs() - upgraded
  const before = arrayBytes()
  const start = cpuMs()
  const intake = open()
  const cpu = cpuMs() - start
  const bytes = arrayBytes() - before
  // What was opened has to be there until it is measured.
  intake.counters()
  close()
  return { cpu, bytes, upgrade }
}

/** Of this process, after what nobody holds is gone. */
function arrayBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  // Buffers of what the first one found are given back by the second.
  collect()
  collect()
  return process.memoryUsage().arrayBuffers
}

/** The storage of one intake, on a clock that stands unless it is moved. */
function world() {
  const sql = new Sql()
  const storage = { ...rowStorage(sql), setAlarm: () => Promise.resolve() }
  const { exec } = storage.sql
  const random = sequence(1)
  const randomBytes = (length: number) => Uint8Array.from({ length }, () => random() * 256)
  const clock = { now: BEGUN }
  const ctx = { now: () => clock.now, random, randomBytes, log: () => undefined } as unknown as ConstructorParameters<
    typeof Intake
  >[2]
  const bucket = { put: () => Promise.resolve({}), list: () => Promise.resolve({ objects: [], truncated: false }) }
  const open = () => new Intake('src_year', storage, ctx, () => ({}) as never, bucket as unknown as R2Bucket)
  const words = (count: number) => Uint32Array.from({ length: count * 2 }, () => random() * 2 ** 32)
  return { store: new IntakeStore(storage), exec, clock, open, words, close: () => sql.close() }
}

async function steadyYear(): Promise<string> {
  const { store, exec, clock, open, words, close } = world()
  const past = YEAR_S * PER_SECOND
  for (let last = segmentRows; last < past; last += segmentRows) {
    const at = BEGUN + (last / PER_SECOND) * 1_000
    exec('INSERT INTO segments (last, first, ended) VALUES (?, ?, ?)', last, last - segmentRows + 1, at)
    if (last <= past - DAY_S * PER_SECOND) continue
    const [accepts, ids] = [words(segmentRows), words(segmentRows * EVENTS)]
    exec('INSERT INTO remembered (last, at, accepts, ids) VALUES (?, ?, ?, ?)', last, at, accepts.buffer, ids.buffer)
  }
  clock.now = BEGUN + YEAR_S * 1_000
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
  close()
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
