import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attempts, RolloutFigures } from '../../../src/control/catalogue/versions.ts'
import { rolloutFigures } from '../../../src/control/versions/figures.ts'
import {
  CHANCE,
  chanceOf,
  ENOUGH_TO_GO_ON,
  LEAST_TO_HALT,
  MARGIN,
  stepAfter,
  PATIENT_STEPS,
  verdictOf,
} from '../../../src/control/versions/rules.ts'
import type { PeriodFigures } from '../../../src/lane/index.ts'

const tries = (delivered: number, failed: number): Attempts => ({ delivered, failed })
const figures = (now: Attempts, before: Attempts, old: Attempts | null): RolloutFigures => ({
  now: { ...now, destinations: 1 },
  before,
  old: old && { ...old, destinations: 9 },
})

/** The same by counting every way in which the failures may have fallen, in whole numbers. */
function counted(one: Attempts, other: Attempts): number {
  const [n, m] = [one.delivered + one.failed, other.delivered + other.failed]
  const failed = one.failed + other.failed
  const choose = (all: number, k: number): bigint => {
    if (k < 0 || k > all) return 0n
    let ways = 1n
    for (let at = 0; at < k; at++) ways = (ways * BigInt(all - at)) / BigInt(at + 1)
    return ways
  }
  let ways = 0n
  for (let k = one.failed; k <= Math.min(n, failed); k++) ways += choose(n, k) * choose(m, failed - k)
  return Number((ways * 10n ** 18n) / choose(n + m, failed)) / 1e18
}

describe('how likely chance alone looks so', () => {
  it('is that of counting all ways', () => {
    const some = fc.integer({ min: 0, max: 120 })
    fc.assert(
      fc.property(some, some, some, some, (a, b, c, d) => {
        const [one, other] = [tries(a, b), tries(c, d)]
        expect(chanceOf(one, other)).toBeCloseTo(counted(one, other), 9)
      }),
    )
  })

  it('is told of millions, too, and is no number beyond 0 and 1', () => {
    expect(chanceOf(tries(999_000, 1_000), tries(9_990_000, 10_000))).toBeGreaterThan(0.4)
    expect(chanceOf(tries(990_000, 10_000), tries(9_990_000, 10_000))).toBe(0)
    expect(chanceOf(tries(0, 0), tries(5, 5))).toBe(1)
  })
})

describe('a version is worse', () => {
  it('where more fails than with the old one and than before, and enough was tried', () => {
    expect(verdictOf(figures(tries(10, 10), tries(100, 1), tries(1_000, 10)))).toBe('worse')
    expect(verdictOf(figures(tries(9, 10), tries(100, 1), tries(1_000, 10)))).toBe('looks_worse')
    expect(LEAST_TO_HALT).toBe(20)
  })

  it('by one of the two where the other is not known', () => {
    expect(verdictOf(figures(tries(0, 30), tries(0, 0), tries(1_000, 10)))).toBe('worse')
    expect(verdictOf(figures(tries(0, 30), tries(300, 3), null))).toBe('worse')
    // Nothing to compare with: nobody can tell, so it does not go on, and is not halted.
    expect(verdictOf(figures(tries(0, 30), tries(0, 0), null))).toBe('looks_worse')
  })

  it('by more than the margin, however sure it is', () => {
    expect(verdictOf(figures(tries(95_100, 4_900), tries(100_000, 0), tries(1_000_000, 0)))).toBe('good')
    expect(verdictOf(figures(tries(94_000, 6_000), tries(100_000, 0), tries(1_000_000, 0)))).toBe('worse')
    expect(MARGIN).toBe(0.05)
  })

  it('not where all have the trouble, nor where the destinations had it before', () => {
    expect(verdictOf(figures(tries(0, 500), tries(1_000, 0), tries(0, 5_000)))).toBe('good')
    expect(verdictOf(figures(tries(0, 500), tries(0, 1_000), tries(5_000, 0)))).toBe('good')
  })
})

/** Numbers that are the same every time: mulberry32. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    yield ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('looked at again and again, over many rollouts', () => {
  const LOOKS = 24
  const A_LOOK = 40

  /** How many of rollouts are halted whose versions fail so often, and after how many looks on the average. */
  function halted(rollouts: number, share: number, usual: number, seed: number) {
    const random = numbers(seed)
    const draw = (n: number, of: number) => {
      let failed = 0
      for (let at = 0; at < n; at++) if ((random.next().value as number) < of) failed++
      return tries(n - failed, failed)
    }
    const sum = (one: Attempts, other: Attempts) => tries(one.delivered + other.delivered, one.failed + other.failed)
    let count = 0
    let looks = 0
    for (let n = 0; n < rollouts; n++) {
      const before = draw(400, usual)
      let [now, old] = [tries(0, 0), tries(0, 0)]
      for (let at = 1; at <= LOOKS; at++) {
        now = sum(now, draw(A_LOOK, share))
        old = sum(old, draw(A_LOOK * 4, usual))
        if (verdictOf(figures(now, before, old)) !== 'worse') continue
        count++
        looks += at
        break
      }
    }
    return { count, looks: looks / Math.max(1, count) }
  }

  it.each([0.001, 0.02, 0.1, 0.4])(
    'one that is as good as the old one is halted in fewer than one of a hundred: %d',
    (usual) => {
      expect(halted(500, usual, usual, 7).count).toBeLessThan(3)
    },
  )

  it('one that is much worse is halted in all of them, soon', () => {
    const { count, looks } = halted(100, 0.3, 0.02, 11)
    expect(count).toBe(100)
    expect(looks).toBeLessThan(2)
  })

  it('chance is what is said', () => expect(CHANCE).toBe(0.001))
})

describe('a step', () => {
  const MINUTE_MS = 60_000
  const good = (n: number) => figures(tries(n, 0), tries(100, 0), tries(1_000, 0))
  const at = (one: RolloutFigures, minutes: number) =>
    stepAfter(one, { since: 0, minutes: 60, now: minutes * MINUTE_MS })

  it('goes on after its time with enough deliveries, and with fewer 24 times as late', () => {
    expect(at(good(ENOUGH_TO_GO_ON), 59)).toBe('wait')
    expect(at(good(ENOUGH_TO_GO_ON), 60)).toBe('go_on')
    expect(at(good(ENOUGH_TO_GO_ON - 1), 60 * PATIENT_STEPS - 1)).toBe('wait')
    expect(at(good(ENOUGH_TO_GO_ON - 1), 60 * PATIENT_STEPS)).toBe('go_on')
    expect(at(good(0), 60 * PATIENT_STEPS)).toBe('go_on')
  })

  it('never goes on where it looks worse, and is halted at once where it is', () => {
    expect(at(figures(tries(0, 3), tries(100, 0), null), 60 * PATIENT_STEPS * 10)).toBe('wait')
    expect(at(figures(tries(0, 30), tries(100, 0), null), 1)).toBe('halt')
  })
})

describe('figures of lanes', () => {
  const STEP = 15 * 60_000
  const NOW = 1_800_000_000_000 - (1_800_000_000_000 % STEP)
  /** By steps that end now, the oldest first. */
  const period = (stepMs: number, points: readonly (readonly [number, number])[]): PeriodFigures =>
    ({
      stepMs,
      points: points.map(([delivered, failedAttempts], n) => ({
        at: new Date(NOW - (points.length - n) * stepMs).toISOString(),
        delivered,
        failedAttempts,
      })),
    }) as unknown as PeriodFigures
  const day = period(STEP, [
    [1, 0],
    [2, 0],
    [4, 1],
    [8, 2],
  ])

  it('are put apart by when the step began, and what was under way then counts for neither', () => {
    const lanes = [{ day, hour: null, isNew: true }]
    expect(rolloutFigures(lanes, NOW - 2 * STEP, null)).toEqual({
      now: { delivered: 12, failed: 3, destinations: 1 },
      before: { delivered: 3, failed: 0 },
      old: null,
    })
    expect(rolloutFigures(lanes, NOW - 2 * STEP + 1, null)).toMatchObject({
      now: { delivered: 8, failed: 2 },
      before: { delivered: 3 },
    })
  })

  it('of a young step by the minute, without its first', () => {
    const hour = period(60_000, [
      [10, 0],
      [20, 5],
      [40, 7],
    ])
    expect(rolloutFigures([{ day, hour, isNew: true }], NOW - 3 * 60_000, null).now).toEqual({
      delivered: 60,
      failed: 12,
      destinations: 1,
    })
  })

  it('of others are of the same time, and what was before is remembered', () => {
    const lanes = [
      { day, hour: null, isNew: true },
      { day, hour: null, isNew: false },
    ]
    const first = rolloutFigures(lanes, NOW - STEP, null)
    expect(first.old).toEqual({ delivered: 8, failed: 2, destinations: 1 })
    const long = rolloutFigures(lanes, NOW - 4 * STEP, first)
    expect([long.now.delivered, long.before]).toEqual([15, first.before])
  })
})
