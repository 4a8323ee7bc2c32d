import { describe, expect, it, vi } from 'vitest'
import type { PeriodFigures, LaneMetrics } from '../../../src/lane/index.ts'
import { LedgerCard } from '../../../src/control/destinations/pages/ledger.tsx'
import { rateWords, shareWords, timesWords } from '../../../src/control/destinations/pages/figures/numbers.ts'
import { standingOf } from '../../../src/control/destinations/pages/figures/standing.ts'
import { ask, newDestination } from '../api/client.ts'
import { newSource, send } from '../world.ts'
import { rig } from './rig.ts'

interface Reply {
  metrics: { metricName: string; total: number }[]
  hold: LaneMetrics['hold']
  breaker: LaneMetrics['breaker']
  failures: LaneMetrics['failures']
  figures: PeriodFigures
}

/** Numbers of a page, by the name that the API has for them. */
function numbersOf(html: string): Record<string, number | null> {
  const all = [...html.matchAll(/id="figure-(\w+)"><dt>[^<]+<\/dt><dd><data class="figure-value" value="([^"]*)"/g)]
  return Object.fromEntries(all.map(([, name, value]) => [name, value === '' ? null : Number(value)]))
}

/** Of the ledger, by its labels. */
function ledgerOf(html: string): Record<string, number> {
  const all = [
    ...html.matchAll(/<div class="figure[^"]*"><dt>([^<]+)<\/dt><dd><data class="figure-value" value="(\d+)"/g),
  ]
  return Object.fromEntries(all.map(([, label, value]) => [label ?? '', Number(value)]))
}

describe('the page of a destination', () => {
  it('has the numbers of the API, after traffic, a failure and a recovery', { timeout: 60_000 }, async () => {
    const at = rig()
    let status = 200
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => {
      const body = status === 200 ? 'ok' : '{"message":"out of order"}'
      return Promise.resolve(new Response(body, { status, headers: { 'Content-Type': 'application/json' } }))
    })
    const source = await newSource(at)
    const { id } = await newDestination(at, source.id)
    const send5 = async (name: string) => {
      const batch = Array.from({ length: 5 }, (_, n) => ({
        type: 'track',
        userId: 'u',
        event: 'E',
        messageId: `${name}-${n}`,
      }))
      const body = JSON.stringify({ writeKey: source.writeKey, batch })
      expect((await send(at, '/v1/batch', { body })).status).toBe(200)
    }
    const api = (period: string) =>
      ask<{ deliveryMetrics: Reply }>(at, 'GET', `/api/destinations/${id}/delivery-metrics?period=${period}`).then(
        ({ deliveryMetrics }) => deliveryMetrics,
      )
    /** What page and API say at the same moment: asked for again when something has happened in between. */
    const compare = async (period: string) => {
      for (let tries = 0; tries < 20; tries++) {
        const before = await api(period)
        const { html } = await at.get(`/destinations/${id}?period=${period}`)
        const after = await api(period)
        if (JSON.stringify(before.metrics) !== JSON.stringify(after.metrics)) continue
        const { breakdown: _, deliveredPerSecond, ...total } = after.figures.total
        const { deliveredPerSecond: shown, ...numbers } = numbersOf(html)
        // Only where there are some.
        expect({ redriven: 0, ...numbers }).toEqual(total)
        // An average up to now: now is a little later.
        expect(shown).toBeCloseTo(deliveredPerSecond, 3)
        const of = (name: string) => after.metrics.find(({ metricName }) => metricName === name)?.total
        expect(ledgerOf(html)).toEqual({
          Accepted: of('accepted'),
          Delivered: of('successes'),
          Filtered: of('filtered'),
          Pending: of('pending'),
          'Dead letters': of('dead'),
        })
        // All of it is of the last hour, so that both tell the same.
        expect([total.accepted, total.delivered, total.dead - total.redriven, total.failedAttempts]).toEqual(
          ['accepted', 'successes', 'dead', 'failed_attempts'].map(of),
        )
        const units = [...html.matchAll(/<dd><data class="figure-value"[^>]*>[^<]*<\/data>(.*?)<\/dd>/g)]
        for (const [, after] of units) expect(after).toMatch(/figure-(?:unit|span)/)
        expect(html.match(/role="img"/g)?.length).toBeGreaterThanOrEqual(3)
        expect(html).toContain('The same as a table')
        expect(html).not.toMatch(/ style=|<style|onclick=/)
        return { html, figures: after.figures, reply: after }
      }
      throw new Error('it never stands still')
    }
    const until = (when: (reply: Reply) => boolean) =>
      vi.waitUntil(async () => when(await api('1h')), { timeout: 20_000, interval: 200 })
    const total = (reply: Reply, name: string) =>
      reply.metrics.find(({ metricName }) => metricName === name)?.total ?? 0

    const quiet = await compare('1h')
    expect(quiet.html).toContain('Nothing has come yet')
    expect(quiet.html).toContain('No attempt has failed so far.')

    await send5('a')
    await until((reply) => total(reply, 'successes') === 5)
    for (const period of ['1h', '24h', '7d']) {
      const { figures } = await compare(period)
      expect(figures.total).toMatchObject({ accepted: 5, delivered: 5, successRate: 1, failedAttempts: 0 })
      expect(figures.total.p95Ms).toBeGreaterThanOrEqual(figures.total.p50Ms ?? Infinity)
      // A second in the queue, not more than the test has run.
      expect(figures.total.p95Ms).toBeLessThan(20_000)
      expect(figures.points.reduce((n, { delivered }) => n + delivered, 0)).toBe(5)
    }

    status = 503
    await send5('b')
    await until(({ breaker }) => breaker !== null)
    const broken = await compare('1h')
    expect(broken.figures.total.failedAttempts).toBeGreaterThanOrEqual(5)
    expect(broken.figures.total.breakdown.failedAttempts).toEqual({ http_503: broken.figures.total.failedAttempts })
    expect(broken.html).toMatch(/Failing for [^:]+: the endpoint answered 503 \w+ times/)
    expect(broken.html).toContain('out of order')
    expect(broken.html).toContain('&quot;messageId&quot;:&quot;b-')
    expect(broken.reply.failures[0]).toMatchObject({ code: 'http_503', status: 503, message: 'out of order' })

    status = 200
    await until((reply) => total(reply, 'successes') === 10)
    const mended = await compare('1h')
    expect(mended.figures.total).toMatchObject({ accepted: 10, delivered: 10, dead: 0 })
    expect(mended.figures.total.successRate).toBeLessThan(1)
    expect(mended.html).toContain('All that came is settled')
  })
})

describe('how a lane stands, in words', () => {
  const now = Date.UTC(2030, 0, 1)
  const iso = (ms: number) => new Date(now + ms).toISOString()
  const ledger = { accepted: 9, delivered: 5, filtered: 0, pending: 4, dead: 0, oldestPendingAt: iso(-1) }
  const fine: LaneMetrics = {
    ledger,
    filtered: {},
    dead: {},
    attempts: {},
    hold: null,
    breaker: null,
    slowed: null,
    ownPace: null,
    pausedSince: null,
    failures: [],
    redriving: false,
    lost: null,
  }
  const breaker = { failures: 19, since: iso(-240_000), why: 'http_503', until: iso(42_000) } as const

  it.each<[string, Partial<LaneMetrics>, string, string]>([
    ['works', {}, 'Sending', '4 events wait.'],
    [
      'finds its own pace',
      { ownPace: { inFlight: 18, limit: 48, latencyMs: 210 } },
      'Sending',
      '18 requests in flight, finds its own pace, now up to 48 at a time of 210 ms each.',
    ],
    [
      'has an open breaker',
      { breaker },
      'Failing for 4 minutes: the endpoint answered 503 nineteen times',
      'One event is tried in 42 seconds',
    ],
    [
      'gets no answer',
      { breaker: { ...breaker, why: 'timeout', failures: 21 } },
      'did not answer in time 21 times',
      '',
    ],
    [
      'probes',
      { breaker: { ...breaker, why: 'network', until: iso(-1) } },
      'could not be reached',
      'One event is tried about now',
    ],
    [
      'was told to wait',
      { hold: { until: iso(30_000), why: 'http_429' } },
      'Holding back, next try in 30 s: the endpoint answered 429 and asked to wait',
      '',
    ],
    [
      'was slowed down',
      { slowed: { rate: 5, oneWorkerUntil: iso(60_000) } },
      'Slowed down to 5 requests a second',
      'For 60 seconds more one worker sends alone.',
    ],
    ['crawls', { slowed: { rate: 0.1, oneWorkerUntil: iso(-1) } }, 'Slowed down to one request in 10 seconds', ''],
    [
      'is paused',
      { hold: { until: null, why: 'paused' }, pausedSince: iso(-3_600_000) },
      'Paused for 60 minutes: somebody paused it in its settings',
      'its time does not run',
    ],
    ['has had no event yet', { ledger: { ...fine.ledger, accepted: 0 } }, 'Nothing has come yet', 'as they come'],
    ['is disabled', { hold: { until: null, why: 'disabled' } }, 'Disabled: nothing is sent', 'dead letters'],
    ['has a receiver that is gone', { hold: { until: null, why: 'gone' } }, 'the endpoint answered 410 Gone', ''],
  ])('%s', (_, facts, title, text) => {
    const said = standingOf({ ...fine, ...facts }, now)
    expect(said.title).toContain(title)
    expect(said.text).toContain(text)
  })

  it('says that dead letters are being sent again, while they are', () => {
    const card = (metrics: LaneMetrics) => String(LedgerCard({ metrics, path: '/destinations/dst_1', now }))
    expect(card({ ...fine, redriving: true })).toContain('Dead letters are being sent again')
    expect(card(fine)).not.toContain('sent again')
  })

  it('says numbers as people do', () => {
    expect([0, 1, 2, 5, 21, 1_204].map(timesWords)).toEqual([
      'not once',
      'once',
      'twice',
      'five times',
      '21 times',
      '1,204 times',
    ])
    expect([null, 0, 0.0001, 0.5, 0.99999, 1].map(shareWords)).toEqual([
      '–',
      '0 %',
      '< 0.1 %',
      '50 %',
      '> 99.9 %',
      '100 %',
    ])
    expect([0, 3, 0.5, 0.001].map((n) => Object.values(rateWords(n)).join(' '))).toEqual([
      '0 events a second',
      '3 events a second',
      '30 events a minute',
      '3.6 events an hour',
    ])
  })
})
