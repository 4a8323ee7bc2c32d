import { describe, expect, it } from 'vitest'
import { daysOfHours, type DayFigures, faresOf, versionAt, withVersion } from '../../../src/control/quality/figures.ts'
import { type LadderAct, nextOnLadder, type OnLadder } from '../../../src/control/quality/ladder.ts'
import { isPlannedHour, monthAround } from '../../../src/control/quality/maintenance.ts'
import { redactedOf } from '../../../src/control/quality/redact.ts'
import { bandOf, causesOf, causesOfFall, type ScoredRow, scoreOf } from '../../../src/control/quality/score.ts'
import { binOf, type Failure } from '../../../src/lane/index.ts'

const HOUR_MS = 3_600_000
const DAY = 20_000
const hour = (n: number) => (DAY * 24 + n) * HOUR_MS

describe('days of a lane', () => {
  it('are sums of its hours, by version and whether they were planned', () => {
    const rows = daysOfHours(
      [
        { at: hour(1), delivered: 2, delays: { '40': 2 }, opened: 1 },
        { at: hour(2), delivered: 1, delays: { '40': 1 }, dead: { http_400: 4 }, failed: { http_400: 4, http_503: 1 } },
        { at: hour(3), delivered: 7, delays: { '41': 7 }, redriven: { http_400: 1 } },
        { at: hour(25), dead: { http_400: 1 }, failed: { http_400: 1 } },
      ],
      (at) => (at >= hour(3) ? 2 : 1),
      (at) => at === hour(2),
    )
    expect(rows).toEqual([
      { day: DAY, version: 1, planned: false, figures: { delivered: 2, opened: 1, 'delay|40': 2 } },
      {
        day: DAY,
        version: 1,
        planned: true,
        figures: { delivered: 1, 'delay|40': 1, 'failed|http_400': 4, 'errors|http_400': 4, 'errors|http_503': 1 },
      },
      { day: DAY, version: 2, planned: false, figures: { delivered: 7, 'delay|41': 7, 'resent|http_400': 1 } },
      { day: DAY + 1, version: 2, planned: false, figures: { 'failed|http_400': 1, 'errors|http_400': 1 } },
    ])
  })

  it('what was sent once more is not given up any more', () => {
    const told = faresOf({
      delivered: 6,
      'failed|http_400': 4,
      'resent|http_400': 3,
      'resent|expired': 2,
      'delay|40': 6,
    })
    expect(told).toMatchObject({ failed: 1, reasons: { http_400: 1 }, success: 6 / 7, p50Ms: 1117 })
  })

  it('a version counts from the hour on in which it was found, and of two in one hour the later', () => {
    let known = withVersion([], 1, hour(0))
    known = withVersion(known, 1, hour(5))
    known = withVersion(known, 2, hour(7) + 5)
    known = withVersion(known, 3, hour(7) + 900)
    known = withVersion(known, 1, hour(9))
    expect(known).toEqual([
      [hour(0), 1],
      [hour(7), 3],
      [hour(9), 1],
    ])
    expect([-1, 0, 6, 7, 8, 9].map((n) => versionAt(known, hour(n)))).toEqual([1, 1, 1, 3, 3, 1])
  })
})

describe('maintenance', () => {
  it('is of the hours from its begin to before its end', () => {
    const windows = [{ startsAt: hour(3), endsAt: hour(5) }]
    expect([2, 3, 4, 5].map((n) => isPlannedHour(hour(n), windows))).toEqual([false, true, true, false])
  })

  it('counts for the month in which it begins', () => {
    const at = (text: string) => Date.parse(text)
    expect(monthAround(at('2026-12-31T23:00:00Z'))).toEqual({ from: at('2026-12-01'), until: at('2027-01-01') })
  })
})

describe('a redacted sample', () => {
  const event = {
    type: 'track',
    event: 'Plan Upgraded',
    userId: 'user-4711',
    properties: { email: 'ada@example.com', plan: 'Enterprise', note: 'invalid', total: 42.5, tags: ['vip', 'berlin'] },
    context: { ip: '203.0.113.9', locale: 'de-DE' },
  }
  const failing = (said: string, body = JSON.stringify(event)): Failure => ({
    at: '2026-11-27T15:00:00.000Z',
    code: 'http_400',
    events: 1,
    status: 400,
    sample: {
      at: '2026-11-27T15:00:00.000Z',
      request: {
        method: 'POST',
        url: 'https://x.example/',
        headers: { 'Content-Type': 'application/json', 'X-Ada': 'vip' },
        body,
      },
      response: { status: 400, headers: { 'Retry-After': '5', 'X-User-4711': '1', 'X-Request-Id': '9f' }, body: said },
    },
  })

  it.each([
    ['Missing email address', 'missing email address'],
    ['The property "plan" has the wrong type: Enterprise', 'the property … has the wrong type …'],
    ['Unknown user user-4711 (ada@example.com)', 'unknown …'],
    ['{"error":"42.5 exceeds the limit of berlin"}', 'error … exceeds the limit of …'],
    ['invalid', null],
    ['Ｅｎｔｅｒｐｒｉｓｅ dmlw VIP b3JpZ2lu', null],
  ])('of “%s” keeps “%s”', (said, kept) => {
    const { message } = redactedOf(failing(said))
    expect(message).toBe(kept)
  })

  it('keeps names of headers that everybody has, and counts the others', () => {
    expect(redactedOf(failing('no'))).toMatchObject({
      status: 400,
      requestHeaders: ['content-type'],
      responseHeaders: ['retry-after', 'x-request-id'],
      otherHeaders: 2,
    })
  })

  it('takes every word of a body that was cut for a value', () => {
    expect(redactedOf(failing('Missing user', '{"userId":"u1","traits":{"missing":"us')).message).toBe('… user')
  })
})

/** Twenty-eight days before `DAY`, alike. */
const window = (figures: DayFigures, customers = 10): ScoredRow[] =>
  Array.from({ length: 28 }, (_, n) => ({ day: DAY - 28 + n, version: 1, planned: false, customers, figures }))
const GOOD = { delivered: 1_000, [`delay|${binOf(200)}`]: 1_000 }

describe('a score', () => {
  it('is all points where nothing is wrong', () => {
    expect(scoreOf(window(GOOD), DAY)).toMatchObject({ score: 100, band: 'excellent', events: 28_000, days: 28 })
  })

  it('is the example of the documentation', () => {
    // docs/quality.md computes it by hand.
    const rows = window({
      delivered: 980,
      'failed|http_503': 10,
      'failed|http_401': 10,
      'errors|http_503': 110,
      'errors|http_401': 10,
      [`delay|${binOf(500)}`]: 931,
      [`delay|${binOf(90_000)}`]: 49,
      opened: 1,
    })
    const { score, band, parts } = scoreOf(rows, DAY)
    expect(parts.map(({ part, points }) => [part, Math.round(points * 100) / 100])).toEqual([
      ['arrival', 48.86],
      ['attempts', 10.43],
      ['delay', 7.89],
      ['calm', 8],
    ])
    expect([score, band]).toEqual([75.2, 'fair'])
  })

  it('leaves out the day under way, what is older, and planned hours', () => {
    const broken = { 'failed|http_503': 5_000, 'errors|http_503': 50_000 }
    const beside: ScoredRow[] = [
      { day: DAY, version: 1, planned: false, customers: 1, figures: broken },
      { day: DAY - 29, version: 1, planned: false, customers: 1, figures: broken },
      { day: DAY - 3, version: 1, planned: true, customers: 1, figures: broken },
    ]
    expect(scoreOf([...window(GOOD), ...beside], DAY).score).toBe(100)
    const counted = { day: DAY - 3, version: 2, planned: false, customers: 1, figures: broken }
    expect(scoreOf([...window(GOOD), counted], DAY).score).toBeLessThan(60)
  })

  it.each([
    [window({ delivered: 35 }), null],
    [window({ delivered: 36 }), 'fair'],
    [window(GOOD).slice(-6), null],
    [window(GOOD).slice(-7), 'excellent'],
  ])('is none with too few deliveries', (rows, band) => {
    // Without bins of delays nothing was prompt.
    expect(scoreOf(rows, DAY).band).toBe(band === 'fair' ? 'good' : band)
  })

  it('names what it fell by: the days and reasons that cost more than the day before', () => {
    const rows = window(GOOD)
    rows[27] = { ...rows[27]!, figures: { ...GOOD, 'failed|http_503': 300, 'errors|http_503': 900 } }
    rows[3] = { ...rows[3]!, figures: { ...GOOD, 'failed|http_400': 20, 'errors|http_400': 20 } }
    const causes = causesOfFall(rows, DAY, 10)
    expect(causes.slice(0, 2).map(({ day, part, reason, count }) => [day, part, reason, count])).toEqual([
      [DAY - 1, 'arrival', 'http_503', 300],
      [DAY - 1, 'attempts', 'http_503', 900],
    ])
    const fell = (scoreOf(rows, DAY - 1).score ?? 0) - (scoreOf(rows, DAY).score ?? 0)
    expect(causes.reduce((n, { points }) => n + points, 0)).toBeCloseTo(fell, 0)
    expect(causesOf(rows, DAY).map(({ reason }) => reason)).toContain('http_400')
    expect(causesOfFall(window(GOOD), DAY, 10)).toEqual([])
  })
})

describe('the next step', () => {
  const now = DAY * 86_400_000
  const days = (n: number) => now - n * 86_400_000
  const scores = (...of: (number | null)[]) =>
    of.map((score, n) => ({ day: DAY - of.length + n, score, band: score === null ? null : bandOf(score) }))
  const at = (more: Partial<OnLadder>): OnLadder => ({
    state: 'PUBLIC',
    measure: null,
    measuredAt: null,
    appealed: false,
    deprecatedHere: false,
    overturnedAt: null,
    scores: scores(60),
    ...more,
  })

  it.each<[string, Partial<OnLadder>, LadderAct | null]>([
    ['warns of a poor one', {}, 'warn'],
    ['not of a fair one', { scores: scores(70) }, null],
    ['not without a score', { scores: scores(60, null) }, null],
    ['not while an appeal waits', { appealed: true }, null],
    ['not before it is found', { state: 'DEPRECATED' }, null],
    ['not after an appeal in its favour', { overturnedAt: days(27.9) }, null],
    ['four weeks later', { overturnedAt: days(28) }, 'warn'],
    ['takes the badge after fourteen days', { measure: 'warned', measuredAt: days(14) }, 'unbadge'],
    ['and no sooner', { measure: 'warned', measuredAt: days(13.9) }, null],
    ['then closes', { measure: 'no_badge', measuredAt: days(14) }, 'close'],
    ['then deprecates', { measure: 'closed', measuredAt: days(14) }, 'deprecate'],
    ['goes no further where it is better', { measure: 'warned', measuredAt: days(20), scores: scores(71) }, null],
    [
      'takes all back after three good days',
      { measure: 'closed', measuredAt: days(1), scores: scores(75, 80, 90) },
      'recover',
    ],
    ['not after two', { measure: 'closed', measuredAt: days(1), scores: scores(74.9, 80, 90) }, null],
    [
      'not with a gap',
      {
        measure: 'closed',
        measuredAt: days(1),
        scores: [{ day: DAY - 9, score: 90, band: 'good' }, ...scores(80, 90)],
      },
      null,
    ],
    [
      'reinstates what it has deprecated',
      { state: 'DEPRECATED', measure: 'closed', deprecatedHere: true, scores: scores(80, 80, 80) },
      'reinstate',
    ],
    ['not what others have', { state: 'DEPRECATED', measure: 'closed', scores: scores(80, 80, 80) }, null],
  ])('%s', (_, of, act) => expect(nextOnLadder(at(of), now)).toBe(act))
})
