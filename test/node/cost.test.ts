import { describe, expect, it } from 'vitest'
import { measureBacklog } from '../../bench/cost/backlog.ts'
import { measureObjects } from '../../bench/cost/collections.ts'
import { growth, measureSmall, readCommitted } from '../../bench/cost/counts.ts'
import { change, measureIsolation } from '../../bench/cost/isolation.ts'
import { measureReplay, runReplay } from '../../bench/cost/replay.ts'
import { ROW_CASES, ROWS_EXPECTED, rowsOf } from '../../bench/cost/row-cases.ts'
import { dollarsOf } from '../../bench/cost/prices.ts'
import { checks } from '../../bench/cost/budgets.ts'
import { measure, type Measured, MINUTES, SMALL } from '../../bench/cost/scenario.ts'
import { CountingSql } from '../../bench/cost/sql.ts'
import { costReport } from '../../bench/cost/table.ts'
import { usdOf } from '../../src/control/prices.ts'

const HINT = 'If that is meant, run `npm run bench -- --update` and commit bench/counts.json.'

/** What counting may take of each event: where a route batch is full, and where each has one message. */
const COUNTED = {
  full: { r2ClassA: 0, r2ClassB: 0.001, objectRequests: 0.0005, objectRowsWritten: 0.002, d1RowsRead: 0.0001 },
  small: { r2ClassA: 0, r2ClassB: 0.055, objectRequests: 0.005, objectRowsWritten: 0.012, d1RowsRead: 0.0001 },
}

describe('what the platform costs', () => {
  it('has not grown since bench/counts.json', async () => {
    const grown = growth(await measureSmall(), readCommitted())
    expect(grown, `The platform needs more operations than before. ${HINT}\n${grown.join('\n')}`).toEqual([])
  })

  it('comes out the same every time', async () => {
    const [, scenario] = SMALL
    if (!scenario) throw new Error('there is no second scenario')
    const [first, second] = [await measure(scenario), await measure(scenario)]
    expect(first).toEqual(second)
  })

  it('is about what a workspace is told of its usage', async () => {
    const all = await measureSmall()
    const off = all
      .filter(({ scenario: { messagesPerBatch, sources } }) => messagesPerBatch === 100 && sources === undefined)
      .map((measured) => {
        const { scenario, events } = measured
        const told = usdOf({ requests: events / scenario.eventsPerRequest, events }) / events
        return told / (dollarsOf(measured) / 1_000_000)
      })
    expect(off).toHaveLength(3)
    expect(off.filter((ratio) => ratio < 0.75 || ratio > 1.25)).toEqual([])
  })

  it.each(MINUTES.map((scenario, at) => [scenario.name, scenario, at === 0 ? COUNTED.full : COUNTED.small] as const))(
    'has little for counting what came in, and its budgets hold: %s',
    async (_, scenario, most) => {
      const counted = await measure(scenario)
      const without = await measure({ ...scenario, statistics: false })
      const kinds = Object.keys(most) as (keyof typeof most)[]
      const more = kinds.map((kind) => [kind, (counted.counts[kind] - without.counts[kind]) / counted.events] as const)
      // An object of the archive is read once for all that is counted of it.
      expect(more.filter(([kind, n]) => n > most[kind])).toEqual([])
      expect(more.find(([kind]) => kind === 'r2ClassB')?.[1]).toBeGreaterThan(0)
      expect(dollarsOf(counted) / dollarsOf(without)).toBeLessThan(1.03)
      expect(checks(counted).filter(({ met }) => !met)).toEqual([])
    },
  )

  it('shows one put too many', async () => {
    const [scenario] = SMALL
    if (!scenario) throw new Error('there is no scenario')
    const as = await measure(scenario)
    const more = await measure({ ...scenario, extraPut: true })
    expect(more.counts.r2ClassA).toBe(as.counts.r2ClassA * 2)
    expect(growth([more], { [as.scenario.name]: as })).toEqual([
      expect.stringMatching(/^B=20: r2ClassA was \d+ and is \d+ for \d+ events \(put raw\/ \d+\)$/),
    ])
    const rowOf = (report: string) => report.split('\n').find((line) => line.includes('R2 class A'))
    expect(rowOf(costReport([more], []))).not.toBe(rowOf(costReport([as], [])))
  })
})

it('objects cost no more than is said: calls of the vendor’s API and dollars a million', async () => {
  const all = new Map((await measureObjects(2_000)).map(({ name, measured }) => [name, measured]))
  const calls = (name: string) => (all.get(name)?.counts.fetches ?? NaN) / (all.get(name)?.events ?? NaN)
  const dollars = (name: string) => dollarsOf(all.get(name) as Measured)
  // A page has a hundred objects; other lists are looked at to be counted, by an instance of before too, and read.
  expect(calls('first run')).toBeLessThan(0.043)
  expect(calls('hourly run')).toBeLessThan(1.11)
  expect(dollars('set')).toBeLessThan(0.62)
  expect(dollars('first run')).toBeLessThan(0.13)
  expect(dollars('hourly run')).toBeLessThan(0.8)
  expect(dollars('loaded')).toBeLessThan(0.06)
})

describe('a fine destination', () => {
  it('gets its events as soon beside bad ones as alone', async () => {
    const [alone, ...beside] = await measureIsolation(30_000)
    expect(alone?.p95).toBeGreaterThan(0)
    expect(beside).toHaveLength(4)
    const moved = beside.filter(({ p95 }) => change(p95, alone?.p95 ?? NaN) >= 0.1)
    expect(moved).toEqual([])
  })
})

describe('a replay', () => {
  it.each([null, 40])('changes nothing for what comes in, to a destination with the rate %s', async (rate) => {
    const { live, p95Alone, p95Beside } = await measureReplay(3_000, rate, 30_000)
    expect(live).toBeGreaterThan(500)
    expect(change(p95Beside, p95Alone)).toBeLessThan(0.1)
  })

  it('costs few rows and reads', async () => {
    const { events, counts } = await runReplay(10_000, null, 0)
    expect(counts.objectRowsWritten / events).toBeLessThanOrEqual(0.02)
    expect(counts.r2ClassB / events).toBeLessThanOrEqual(0.01)
  })
})

describe('a lane with a backlog', () => {
  it('needs few rows and short calls, whatever waits', () => {
    const { rows, longestRow, slowest } = measureBacklog(60_000, 20_000)
    expect(rows).toBeLessThan(300)
    expect(longestRow).toBeLessThan(1_000_000)
    // Ten times what it takes, for machines that have other things to do; a walk through all of it takes seconds.
    expect(Object.entries(slowest).filter(([, ms]) => ms > 250)).toEqual([])
  })
})

describe('the counting SQLite of the bench', () => {
  it('counts rows as workerd does', () => {
    const sql = new CountingSql()
    const counted = ROW_CASES.map((one) => {
      for (const statement of one.setup ?? []) sql.run(statement)
      const { rowsWritten, rowsRead } = sql.run(one.query)
      return rowsOf(one, { written: rowsWritten, read: rowsRead })
    })
    expect(counted).toEqual(ROWS_EXPECTED)
  })
})
