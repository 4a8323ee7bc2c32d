import { describe, expect, it } from 'vitest'
import type { SourceHealth } from '../../../src/intake/index.ts'
import { begin, commitOf, log, type Rig, settled, T0, withIntake } from './rig.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

function telling(rig: Rig, answer: (health: SourceHealth) => Promise<number | null> = () => Promise.resolve(null)) {
  const told: SourceHealth[] = []
  rig.tell = (health) => {
    told.push(health)
    return answer(health)
  }
  rig.reopen()
  return told
}

async function ring(rig: Rig, after = 0): Promise<void> {
  // Lanes answer first: what is owed to them rings earlier.
  await settled()
  rig.now += after
  await rig.intake.alarm()
}

let made = 0
/** Commits `accepted` new events and as many rejected ones as said. */
function come(rig: Rig, accepted: number, rejected = 0): void {
  const accept = `a${made++}`
  const ids = Array.from({ length: accepted }, (_, n) => `${accept}-${n}`)
  const { batch } = begin(rig, accept, ids)
  const commit = commitOf(batch, [accept], ids)
  rig.intake.commit({ ...commit, counts: { ...commit.counts, rejected: rejected > 0 ? { bad: rejected } : {} } })
}

describe('what came to a source', () => {
  it('is told once a minute while something comes, and not otherwise', async () => {
    await withIntake(async (rig) => {
      const told = telling(rig)
      await ring(rig)
      expect(told).toEqual([])
      come(rig, 3, 1)
      await ring(rig, 30_000)
      expect(told).toEqual([
        {
          day: { accepted: 3, rejected: 1 },
          lately: { accepted: 3, rejected: 1 },
          lastEventAt: T0,
          usualGapMs: null,
          at: T0 + 30_000,
        },
      ])
      come(rig, 2)
      await ring(rig, 30_000)
      expect(told).toHaveLength(1)
      expect(rig.alarms.at(-1)).toBe(T0 + 30_000 + MINUTE)
      await ring(rig, 30_000)
      expect(told).toHaveLength(2)
      for (let hour = 0; hour < 3; hour++) await ring(rig, HOUR)
      rig.reopen()
      await ring(rig, HOUR)
      expect(told).toHaveLength(2)
    })
  })

  it('adds up over evictions, segments and the day', async () => {
    await withIntake(
      async (rig) => {
        const told = telling(rig)
        for (let n = 1; n <= 60; n++) {
          come(rig, n, 1)
          if (n % 3 === 0) await ring(rig, 30_000)
          if (n % 4 === 0) rig.reopen()
          rig.now += 40 * MINUTE
        }
        come(rig, 1, 1)
        rig.reopen()
        await ring(rig, 30_000)
        // 36 commits lie within a day of 40 minutes each, the last one among them.
        const sum = Array.from({ length: 35 }, (_, n) => 60 - n).reduce((a, b) => a + b, 1)
        expect(told.at(-1)?.day).toEqual({ accepted: sum, rejected: 36 })
        expect(told.at(-1)?.lately).toEqual({ accepted: 1, rejected: 1 })
      },
      { segmentRows: 5, liveMs: HOUR, segmentsAtOnce: 100 },
    )
  })

  it('takes each row once, also of those that it finds again when it opens', async () => {
    await withIntake(async (rig) => {
      const told = telling(rig)
      for (const n of [5, 7, 9]) {
        rig.now += 20 * MINUTE
        come(rig, n)
      }
      await ring(rig, 30_000)
      const before = told.at(-1)
      rig.reopen()
      come(rig, 1)
      await ring(rig, MINUTE)
      expect(told.at(-1)?.day).toEqual({ accepted: 22, rejected: 0 })
      expect(told.at(-1)?.lately).toEqual({ accepted: (before?.lately.accepted ?? 0) + 1, rejected: 0 })
    })
  })

  it('has a usual gap from the second day on: the longest of a week', async () => {
    await withIntake(async (rig) => {
      const told = telling(rig)
      for (let hour = 0; hour < 23; hour++) {
        come(rig, 10)
        await ring(rig, HOUR)
      }
      expect(told.at(-1)?.usualGapMs).toBeNull()
      rig.now += 8 * HOUR
      come(rig, 10)
      await ring(rig, 30_000)
      expect(told.at(-1)?.usualGapMs).toBe(9 * HOUR)
      for (let day = 0; day < 9; day++) {
        for (let n = 0; n < 12; n++) {
          rig.now += 2 * HOUR
          come(rig, 1)
        }
        await ring(rig, 30_000)
      }
      expect(told.at(-1)?.usualGapMs).toBe(2 * HOUR + 30_000)
    })
  })

  it('is told again when that is asked for, though nothing comes and the object was evicted', async () => {
    await withIntake(async (rig) => {
      const told = telling(rig, () => Promise.resolve(2 * HOUR))
      come(rig, 1)
      await ring(rig, 30_000)
      expect(rig.alarms.at(-1)).toBe(T0 + 30_000 + 2 * HOUR)
      rig.reopen()
      await ring(rig, HOUR)
      expect(told).toHaveLength(1)
      await ring(rig, HOUR)
      expect(told).toHaveLength(2)
    })
  })

  it('costs nothing else when nobody answers, and is told later', async () => {
    await withIntake(async (rig) => {
      let answers = false
      const told = telling(rig, () => (answers ? Promise.resolve(null) : Promise.reject(new Error('away'))))
      come(rig, 1)
      await ring(rig, 30_000)
      expect(log(rig, 'more', ['m'])).toBe('ok')
      expect(rig.intake.counters()).toMatchObject({ archived: 2 })
      answers = true
      await ring(rig, 30_000)
      expect(told).toHaveLength(1)
      await ring(rig, 30_000)
      expect(told).toHaveLength(2)
      expect(told[1]?.day.accepted).toBe(2)
    })
  })

  it('begins anew over what an older version has stored', async () => {
    await withIntake(async (rig) => {
      come(rig, 5)
      await ring(rig, 30_000)
      const [row] = rig.sql.exec<{ body: string }>('SELECT body FROM intake WHERE id = 1').toArray()
      const { traffic: _, ...older } = JSON.parse(row?.body ?? '{}') as Record<string, unknown>
      rig.sql.exec('UPDATE intake SET body = ? WHERE id = 1', JSON.stringify(older))
      rig.sql.exec('DELETE FROM log WHERE seq = 0')
      const told = telling(rig)
      rig.now += DAY
      come(rig, 7)
      await ring(rig, 30_000)
      expect(told.at(-1)?.day).toEqual({ accepted: 7, rejected: 0 })
    })
  })
})
