import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../src/context.ts'
import { type DeadLetter, Lane, type LaneStorage } from '../../src/lane/index.ts'
import type { LaneConfig } from '../../src/settings/index.ts'
import { PLATFORM } from '../../test/platform/limits.ts'
import { rowStorage } from '../../test/platform/objects.ts'
import { Sql } from '../../test/platform/sql.ts'
import { grid } from './table.ts'

/** A lane that was paused for ten days at five commits a second, and has a million dead letters. */
const WORKS = 4_320_000
const LETTERS = 1_000_000
/** An intake that was away registers so many batches at once, which is how so many come in a minute instead of ten days. */
const AT_ONCE = 300
const BUDGET_MS = 50
const STATEMENT_LETTERS = 10_000
const T0 = Date.UTC(2030, 0, 1)
const CONFIG: LaneConfig = {
  version: 1,
  enabled: true,
  paused: true,
  rate: null,
  concurrency: 4,
  schedule: 'segment-4h',
  timeoutMs: 5_000,
}

export interface Backlog {
  works: number
  rows: number
  bytes: number
  longestRow: number
  /** Milliseconds of CPU: the slowest of each kind of call. */
  slowest: Record<string, number>
}

/** What a backlog costs: rows, bytes and the longest call of each kind, on SQLite in a file. */
export function measureBacklog(works = WORKS, letters = LETTERS): Backlog {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-backlog-'))
  const file = join(folder, 'lane.sqlite')
  const sql = new Sql(PLATFORM, file)
  try {
    return fill(sql, works, letters, () => statSync(file).size)
  } finally {
    sql.close()
    rmSync(folder, { recursive: true })
  }
}

export function backlogReport(works = WORKS, letters = LETTERS): string {
  const { rows, bytes, longestRow, slowest } = measureBacklog(works, letters)
  const worst = Math.max(...Object.values(slowest))
  const table = grid([['call', 'slowest, ms'], ...Object.entries(slowest).map(([name, ms]) => [name, ms.toFixed(1)])])
  return [
    `A lane with ${works} works waiting (ten days at five commits a second) and ${letters} dead letters`,
    `  ${rows} rows of waiting work, ${(bytes / 1e6).toFixed(0)} MB in all, the longest row ${longestRow} bytes`,
    table,
    `  ${worst <= BUDGET_MS ? 'met   ' : 'MISSED'} ${worst.toFixed(1)} ms of CPU a call of at most ${BUDGET_MS} ms`,
  ].join('\n')
}

function fill(sql: Sql, works: number, letters: number, bytes: () => number): Backlog {
  const clock = { now: T0 }
  const slowest: Record<string, number> = {}
  const timed = <T>(name: string, run: () => T): T => {
    const began = process.cpuUsage()
    const result = run()
    const { user, system } = process.cpuUsage(began)
    slowest[name] = Math.max(slowest[name] ?? 0, (user + system) / 1_000)
    return result
  }
  let lane = open(sql, clock)
  for (let seq = 0; seq < works; seq += AT_ONCE) {
    const parts = Array.from({ length: Math.min(AT_ONCE, works - seq) }, (_, n) => partOf(seq + n + 1))
    clock.now += AT_ONCE * 200
    timed('register', () => lane.register({ log: 'src', from: seq, to: seq + parts.length, parts, config: CONFIG }))
  }
  for (let from = 0; from < letters; from += STATEMENT_LETTERS)
    bury(sql, from, Math.min(STATEMENT_LETTERS, letters - from))
  const count = (query: string) => Number(sql.run(query).rows[0]?.[0] ?? 0)
  const rows = count('SELECT (SELECT count(*) FROM held) + (SELECT count(*) FROM work)')
  const longestRow = count('SELECT max(length(CAST(body AS BLOB))) FROM held')
  const size = bytes()
  for (let n = 0; n < 5; n++) {
    lane = timed('start-up', () => open(sql, clock))
    timed('ledger', () => lane.ledger())
    timed('figures', () => lane.metrics('7d'))
    timed('where an event went', () => lane.traceOf('src', works, 0))
    timed('pause', () => lane.configure({ ...CONFIG, version: 2 + n * 2 }))
  }
  timed('redrive', () => lane.redrive({ before: null }))
  const alarms = (name: string) => {
    for (let n = 0; n < 50; n++) {
      clock.now += 1_000
      timed(name, () => lane.alarm())
    }
  }
  alarms('alarm, redriving')
  timed('resume', () => lane.configure({ ...CONFIG, version: 100, paused: false }))
  let grant = timed('take', () => lane.take())
  for (let n = 0; n < 2_000 && grant; n++) {
    const { work, lease, seq, version, events } = grant
    const results = [{ outcome: { kind: 'delivered' as const }, events, tookMs: 1 }]
    clock.now += 100
    grant = timed('settle', () => lane.settle({ work, lease, seq, version, results }, true))
  }
  clock.now += 5 * 3_600_000
  alarms('alarm, time is over')
  timed('delete', () => lane.configure({ ...CONFIG, version: 200, enabled: false, deleted: true }))
  alarms('alarm, deleting')
  return { works, rows, bytes: size, longestRow, slowest }
}

function open(sql: Sql, clock: { now: number }): Lane {
  const storage: LaneStorage = { ...rowStorage(sql), setAlarm: () => Promise.resolve() }
  return new Lane('dst_bench', storage, contextOf(clock), () => Promise.resolve())
}

function contextOf(clock: { now: number }): Context {
  return {
    now: () => clock.now,
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length).fill(7),
    sleep: () => Promise.resolve(),
    fetch: () => Promise.reject(new Error('nothing is sent here')),
    log: () => undefined,
  }
}

function partOf(seq: number) {
  const key = `raw/src_0123456789abcdefghij/2030/01/07/09/${T0 + seq}-mtmpims1s60a.ndjson.gz`
  return { seq, key, chunks: [[0, 812, 5] as [number, number, number]], events: '0-5', filtered: {} }
}

/** Letters as a lane writes them, by one statement for thousands. */
function bury(sql: Sql, from: number, count: number): void {
  const { key, chunks } = partOf(1)
  const letter: Omit<DeadLetter, 'id'> = {
    at: '2030-01-01T00:00:00.000Z',
    reason: 'http_503',
    log: 'src',
    seq: 1,
    key,
    chunks,
    first: 0,
    events: [0, 1, 2, 3, 4],
    attempts: 12,
    status: 503,
    message: 'Service Unavailable',
  }
  sql.run(
    `WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO dead (id, body) SELECT ? + i, json_set(?, '$.id', ? + i) FROM n`,
    [from, from + count - 1, T0 * 1_000, JSON.stringify(letter), T0 * 1_000],
  )
}
