import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'
import { describeHealth, publishHealth } from '../../../src/control/destinations/index.ts'
import { webhooks } from '../../../src/integrations/webhook.ts'
import type { HealthRow, LaneHealth } from '../../../src/lane/index.ts'
import { context } from '../../../src/context.ts'
import { openDatabase } from '../../../src/settings/index.ts'
import { laneOf, type Platform } from '../../../src/wiring.ts'
import { ask, newDestination } from '../api/client.ts'
import { newSource, send } from '../world.ts'
import { rig } from './rig.ts'

const NOW = Date.UTC(2030, 0, 1)
const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context)

const day = { accepted: 100, delivered: 90, failedAttempts: 10, dead: 0 }
const row: HealthRow = {
  state: 'ok',
  since: NOW - 4 * MINUTE,
  why: null,
  nextTryAt: null,
  waiting: 0,
  oldestAt: null,
  lastDeliveredAt: NOW - MINUTE,
  ...day,
  at: NOW - MINUTE,
}
const settled = { enabled: true, paused: false, notice: null, integration: webhooks, mode: null }
const healthOf = (facts: Partial<LaneHealth> = {}): LaneHealth => {
  const { accepted: _a, delivered: _d, failedAttempts: _f, dead: _x, ...rest } = row
  return { ...rest, day, quarter: { accepted: 0, delivered: 0, failedAttempts: 0, dead: 0 }, ...facts }
}

describe('how a destination fares, in words', () => {
  it.each<[string, Partial<HealthRow> | null, object, string, string | null]>([
    ['never had an event', null, {}, 'No events yet', null],
    ['delivers', {}, {}, 'Delivering', null],
    ['had none for a day', { state: 'idle' }, {}, 'Quiet', null],
    ['said so two days ago', { at: NOW - 2 * DAY }, {}, 'Quiet', null],
    [
      'fails',
      { state: 'failing', why: 'http_503', waiting: 25, nextTryAt: NOW + 58_000 },
      {},
      'Failing, 25 wait',
      'For 4 min the endpoint answered 503; 25 events wait, next try in 58 s.',
    ],
    [
      'holds back',
      { state: 'held', why: 'http_429', waiting: 3, since: NOW - 37_000, nextTryAt: NOW + 58_000 },
      {},
      'Holding back since 37 s, next try in 58 s',
      null,
    ],
    [
      'holds back for long',
      { state: 'held', waiting: 1, since: NOW - 37_000, oldestAt: NOW - 20 * MINUTE },
      {},
      'Holding back since 37 s',
      '1 event waits, the oldest for 20 min.',
    ],
    [
      'is slow',
      { waiting: 1_200, oldestAt: NOW - 16 * MINUTE },
      {},
      'Late, 1,200 wait',
      '1,200 events wait, the oldest for 16 min.',
    ],
    [
      'gives up',
      { state: 'giving_up', why: 'http_400', dead: 12 },
      {},
      '12 given up',
      '12 events given up within a day: the endpoint answered 400. Once it is mended, they can be sent again.',
    ],
    [
      'has lost a part of its log',
      { state: 'giving_up', why: 'log_lost', waiting: 2 },
      {},
      'Events lost, 2 wait',
      'A part of its source’s log is lost, and with it which events it was still to get: they are not sent.',
    ],
    ['was paused by a person', { state: 'failing', waiting: 1 }, { paused: true }, 'Paused, 1 waits', null],
    ['was disabled by a person', { state: 'failing', waiting: 1 }, { enabled: false }, 'Disabled', null],
    [
      'was disabled by its receiver',
      {},
      { enabled: false, notice: 'It is gone.' },
      'Disabled by its receiver',
      'It is gone.',
    ],
    [
      'is gone, and nobody has disabled it yet',
      { state: 'gone' },
      {},
      'Disabled by its receiver',
      'The endpoint answered 410 Gone: it wants no more events.',
    ],
  ])('%s', (_, facts, settings, label, needs) => {
    const health = facts && { ...row, ...facts }
    expect(describeHealth({ ...settled, ...settings, health }, NOW)).toMatchObject({ label, needs })
  })
})

async function named(at: Platform, sourceId: string, name: string): Promise<string> {
  const body = { sourceId, metadataId: 'webhooks', name, settings: { urls: ['https://hooks.example.com/in'] } }
  return (await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)).destination.id
}

describe('what a lane says of its health', () => {
  it('is in D1 by one row, the newest, and only where there is a destination', async () => {
    const at = rig()
    const { id: source } = await newSource(at)
    const { id } = await newDestination(at, source)
    const rows = async () =>
      (await env.DB.prepare('SELECT state, waiting FROM destination_health WHERE destination_id = ?').bind(id).all())
        .results
    await publishHealth(db, id, healthOf({ waiting: 5 }))
    await publishHealth(db, id, healthOf({ waiting: 9, state: 'failing', at: NOW }))
    await publishHealth(db, id, healthOf({ waiting: 1 }))
    expect(await rows()).toEqual([{ state: 'failing', waiting: 9 }])
    await ask(at, 'DELETE', `/api/destinations/${id}`)
    expect(await rows()).toEqual([])
    await publishHealth(db, id, healthOf({ at: NOW + MINUTE }))
    expect(await rows()).toEqual([])
  })

  it('comes there by itself, and is the same in list, source, page and API', { timeout: 30_000 }, async () => {
    const at = rig()
    vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('no', { status: 503 })))
    const source = await newSource(at)
    const { id } = await newDestination(at, source.id)
    const quiet = await newDestination(at, (await newSource(at)).id)
    const batch = Array.from({ length: 5 }, (_, n) => ({ type: 'track', userId: 'u', event: 'E', messageId: `h-${n}` }))
    const body = JSON.stringify({ writeKey: source.writeKey, batch })
    expect((await send(at, '/v1/batch', { body })).status).toBe(200)
    const health = () =>
      ask<{ destination: { health: { state: string; label: string; needs: string | null; waiting: number } } }>(
        at,
        'GET',
        `/api/destinations/${id}`,
      ).then(({ destination }) => destination.health)
    // Said before it fails, it would be said again a minute later.
    await vi.waitUntil(async () => (await laneOf(env, id).metrics()).breaker !== null, { timeout: 20_000 })
    await vi.waitUntil(
      async () => {
        await runDurableObjectAlarm(env.LANE.getByName(id))
        return (await health()).state === 'failing'
      },
      { timeout: 20_000, interval: 300 },
    )
    const { label, needs } = await health()
    expect(label).toBe('Failing, 5 wait')
    expect(needs).toMatch(/^For \d+ s the endpoint answered 503; 5 events wait/)
    for (const path of [
      '/destinations',
      `/sources/${source.id}`,
      '/',
      `/destinations/${id}`,
      `/destinations/${id}/test`,
    ]) {
      expect([path, (await at.get(path)).html.includes('Failing, 5 wait')]).toEqual([path, true])
    }
    const needing = (await at.get('/destinations?health=needs-you')).html
    expect(needing).toContain(`/destinations/${id}"`)
    expect(needing).not.toContain(quiet.id)
    const listed = await ask<{ destinations: { id: string }[] }>(at, 'GET', '/api/destinations?needsYou=true')
    expect(listed.destinations.map((one) => one.id)).toEqual([id])
    // While something waits its page moves.
    expect((await at.get(`/destinations/${id}`)).html).toMatch(/id="now"[^>]*hx-trigger="every 5s"/)
    expect((await at.get(`/destinations/${quiet.id}`)).html).not.toContain('hx-trigger="every')
    expect((await at.get(`/destinations/${quiet.id}`)).html).toContain('Send a test')
    // A person has paused it: nobody else has to act.
    await ask(at, 'PATCH', `/api/destinations/${id}`, { paused: true })
    expect(await health()).toMatchObject({ state: 'paused', label: 'Paused, 5 wait', needs: null })
  })

  it('orders a list, page by page, whatever is known of whom', async () => {
    const at = rig()
    const { id: source } = await newSource(at)
    const made: string[] = []
    for (let n = 0; n < 60; n++) made.push(await named(at, source, `o${String(n).padStart(2, '0')}`))
    for (const [n, id] of made.entries()) {
      // Some have said nothing so far.
      if (n % 6 === 5) continue
      const figures = { ...day, delivered: n % 4 === 0 ? 0 : n, failedAttempts: n % 4 === 0 ? 0 : 60 - n }
      await publishHealth(
        db,
        id,
        healthOf({ waiting: n % 7, lastDeliveredAt: n % 3 === 0 ? null : NOW - n, day: figures }),
      )
    }
    const all = async (sort: string) => {
      const ids: string[] = []
      let path = `/destinations?q=o&sort=${sort}`
      for (let page = 0; page < 3; page++) {
        const { html } = await at.get(path)
        ids.push(
          ...[...html.matchAll(/<th scope="row"><a href="\/destinations\/(dst_\w+)"/g)].map(([, id]) => id ?? ''),
        )
        const next = /href="([^"]+)" rel="next"/.exec(html)?.[1]
        if (next === undefined) break
        path = next.replaceAll('&amp;', '&')
      }
      return ids.filter((id) => made.includes(id))
    }
    for (const sort of ['worst', 'waiting', 'delivered', 'name', '']) {
      const ids = await all(sort)
      expect([sort, new Set(ids).size]).toEqual([sort, 60])
    }
    expect((await all('name')).slice(0, 3)).toEqual(made.slice(0, 3))
    expect((await all('delivered'))[0]).toBe(made[1])
    expect((await all('worst'))[0]).toBe(made[1])
    const [first] = await all('waiting')
    expect(made.indexOf(first ?? '') % 7).toBe(6)
  })
})
