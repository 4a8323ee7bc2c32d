import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { cursorOf } from '../../../src/settings/index.ts'
import { freshPlatform, newSource, send } from '../world.ts'
import { ask, newDestination, refusal } from './client.ts'

/** One source and its destinations: one takes its events, one refuses them for good, one is busy, one gets deleted. */
const at = freshPlatform()
const ids = { good: '', bad: '', later: '', gone: '' }
let source = { id: '', writeKey: '' }

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const { hostname } = new URL(String(input))
    if (/^(?:good|gone)/.test(hostname)) return Promise.resolve(new Response('ok'))
    if (hostname.startsWith('later')) return Promise.resolve(new Response('busy', { status: 503 }))
    return Promise.resolve(Response.json({ message: 'Missing email address' }, { status: 400 }))
  })
  source = await newSource(at)
  for (const name of ['good', 'bad', 'later', 'gone'] as const) {
    ids[name] = (await newDestination(at, source.id, { urls: [`https://${name}.example.com/in`] })).id
  }
  await track('m1', {})
  await track('m2', { integrations: { Webhooks: false } })
  await track('id with/slash?&ü', { integrations: { Webhooks: false } })
  await send(at, '/v1/track', { body: JSON.stringify({ writeKey: source.writeKey, userId: 'u' }) })
  for (const [id, metric] of [
    [ids.good, 'successes'],
    [ids.gone, 'successes'],
    [ids.bad, 'dead'],
    [ids.later, 'failed_attempts'],
  ] as const) {
    const seen = async () => (await metrics(id)).find(({ metricName }) => metricName === metric)?.total === 1
    await vi.waitUntil(seen, { timeout: 10_000 })
  }
}, 30_000)

async function metrics(id: string): Promise<{ metricName: string; total: number }[]> {
  const path = `/api/destinations/${id}/delivery-metrics`
  const { deliveryMetrics } = await ask<{ deliveryMetrics: { metrics: { metricName: string; total: number }[] } }>(
    at,
    'GET',
    path,
  )
  return deliveryMetrics.metrics
}

async function track(messageId: string, more: Record<string, unknown>) {
  const event = { writeKey: source.writeKey, userId: 'u', event: 'E', messageId, ...more }
  await send(at, '/v1/track', { body: JSON.stringify(event) })
}

const ledger = (id: string) => ask<{ ledger: Record<string, unknown> }>(at, 'GET', `/api/destinations/${id}/ledger`)
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

describe('a ledger', () => {
  it.each<['good' | 'bad' | 'later', Record<string, unknown>]>([
    ['good', { accepted: 3, delivered: 1, filtered: 2, pending: 0, dead: 0, oldestPendingAt: null }],
    ['bad', { accepted: 3, delivered: 0, filtered: 2, pending: 0, dead: 1, oldestPendingAt: null }],
    [
      'later',
      { accepted: 3, delivered: 0, filtered: 2, pending: 1, dead: 0, oldestPendingAt: expect.stringMatching(ISO) },
    ],
  ])('of %s adds up', async (name, expected) => {
    expect(await ledger(ids[name])).toEqual({ ledger: expected })
  })

  it('of a destination without events is empty', async () => {
    const { id } = await newDestination(at, (await newSource(at)).id)
    expect(await ledger(id)).toEqual({
      ledger: { accepted: 0, delivered: 0, filtered: 0, pending: 0, dead: 0, oldestPendingAt: null },
    })
  })
})

describe('delivery metrics', () => {
  const FILTERED = {
    metricName: 'filtered',
    total: 2,
    breakdown: [{ metricName: 'FILTERED_BY_INTEGRATIONS_OBJECT', value: 2 }],
  }
  const metric = (metricName: string, total: number, code?: string) => ({
    metricName,
    total,
    breakdown: code === undefined ? [] : [{ metricName: code, value: total }],
  })

  it.each<['good' | 'bad' | 'later', unknown[]]>([
    ['good', [metric('successes', 1), metric('pending', 0), metric('dead', 0), metric('failed_attempts', 0)]],
    [
      'bad',
      [
        metric('successes', 0),
        metric('pending', 0),
        metric('dead', 1, 'http_400'),
        metric('failed_attempts', 1, 'http_400'),
      ],
    ],
    [
      'later',
      [metric('successes', 0), metric('pending', 1), metric('dead', 0), metric('failed_attempts', 1, 'http_503')],
    ],
  ])('of %s', async (name, expected) => {
    const { deliveryMetrics } = await ask<{ deliveryMetrics: { metrics: unknown[] } }>(
      at,
      'GET',
      `/api/destinations/${ids[name]}/delivery-metrics`,
    )
    expect(deliveryMetrics).toMatchObject({ sourceId: source.id, destinationMetadataId: 'webhooks', hold: null })
    expect(deliveryMetrics.metrics).toHaveLength(6)
    expect(deliveryMetrics.metrics).toEqual(expect.arrayContaining([metric('accepted', 3), FILTERED, ...expected]))
  })
})

describe('dead letters', () => {
  it('show what was asked and answered', async () => {
    const path = `/api/destinations/${ids.bad}/dead-letters`
    const { deadLetters } = await ask<{ deadLetters: { id: number }[] }>(at, 'GET', path)
    expect(deadLetters).toEqual([
      {
        id: expect.any(Number),
        at: expect.stringMatching(ISO),
        reason: 'http_400',
        log: source.id,
        seq: expect.any(Number),
        key: expect.stringMatching(`^raw/${source.id}/`),
        events: [expect.any(Number)],
        attempts: 1,
        status: 400,
        message: 'Missing email address',
        payloads: [expect.objectContaining({ type: 'track', messageId: 'm1', projectId: source.id })],
        sample: {
          at: expect.stringMatching(ISO),
          request: {
            method: 'POST',
            url: 'https://bad.example.com/••••••••',
            headers: expect.objectContaining({
              'Content-Type': 'application/json',
              'webhook-id': expect.stringMatching(/^msg_src_.*_m1$/) as string,
            }),
            body: expect.stringContaining('"messageId":"m1"'),
          },
          response: {
            status: 400,
            headers: { 'content-type': 'application/json' },
            body: '{"message":"Missing email address"}',
          },
        },
      },
    ])
    const after = (id: number) => ask(at, 'GET', `${path}?pagination[cursor]=${cursorOf({ after: [id] })}`)
    const newest = deadLetters[0]?.id ?? 0
    expect(await after(newest)).toMatchObject({ deadLetters: [] })
    expect(await after(newest + 1)).toEqual({
      deadLetters,
      looked: 1,
      untold: 0,
      meanings: { http_400: 'the endpoint answered 400' },
      pagination: { current: cursorOf({ after: [newest + 1] }) },
    })
  })

  it('are none where all went well', async () => {
    expect(await ask(at, 'GET', `/api/destinations/${ids.good}/dead-letters`)).toEqual({
      deadLetters: [],
      looked: 0,
      untold: 0,
      meanings: {},
      pagination: { current: cursorOf({ after: [] }) },
    })
  })
})

it('counts what came in', async () => {
  const { counters } = await ask<{ counters: unknown }>(at, 'GET', `/api/sources/${source.id}/counters`)
  expect(counters).toEqual({
    requests: 4,
    received: 3,
    duplicates: 0,
    rejected: { event_not_defined: 1 },
    archived: 3,
    lastCommitAt: expect.stringMatching(ISO),
    log: {
      bytes: expect.any(Number) as number,
      live: expect.any(Number) as number,
      rows: expect.any(Number) as number,
    },
  })
})

interface Described {
  event: { archive: { key: string; line: number }; destinations: { id: string }[] } & Record<string, unknown>
}

const where = (messageId: string, query = '') =>
  ask<Described>(at, 'GET', `/api/events/${encodeURIComponent(messageId)}${query}`)

describe('where an event went', () => {
  it('is known for each destination', async () => {
    const { event } = await where('m1')
    expect(event).toMatchObject({
      messageId: 'm1',
      sourceId: source.id,
      receivedAt: expect.stringMatching(ISO),
      archive: { key: expect.stringMatching(`^raw/${source.id}/`), committedAt: expect.stringMatching(ISO) },
      event: { type: 'track', event: 'E', messageId: 'm1', projectId: source.id },
    })
    expect(await env.ARCHIVE.head(event.archive.key)).not.toBeNull()
    const states = new Map(event.destinations.map((one) => [one.id, one]))
    const attempt = { at: expect.stringMatching(ISO), attempt: 1, tookMs: expect.any(Number) }
    expect(states.get(ids.good)).toEqual({
      id: ids.good,
      name: 'Webhooks',
      status: 'delivered',
      attempts: [{ ...attempt, outcome: 'delivered', status: 200 }],
    })
    expect(states.get(ids.bad)).toEqual({
      id: ids.bad,
      name: 'Webhooks 2',
      status: 'dead',
      reason: 'http_400',
      attempts: [{ ...attempt, outcome: 'http_400', status: 400, message: 'Missing email address' }],
    })
    expect(states.get(ids.later)).toEqual({
      id: ids.later,
      name: 'Webhooks 3',
      status: 'pending',
      nextAttemptAt: expect.stringMatching(ISO),
      attempts: [{ ...attempt, outcome: 'http_503', status: 503, message: 'busy' }],
    })
  })

  it.each(['m2', 'id with/slash?&ü'])('is known of %s, which no destination got', async (messageId) => {
    const { event } = await where(messageId)
    expect(event.messageId).toBe(messageId)
    expect(event.destinations).toHaveLength(4)
    for (const destination of event.destinations) {
      expect(destination).toMatchObject({
        status: 'filtered',
        codes: ['FILTERED_BY_INTEGRATIONS_OBJECT'],
        attempts: [],
      })
    }
  })

  it('is asked of one source, if so wished', async () => {
    expect((await where('m1', `?source=${source.id}`)).event.sourceId).toBe(source.id)
    const other = await newSource(at)
    for (const path of ['/api/events/nothing', `/api/events/m1?source=${other.id}`, '/api/events/m1?source=src_none']) {
      expect(await refusal(at, 'GET', path)).toEqual({
        status: 404,
        type: 'not-found',
        problems: [expect.stringMatching(/^This event is not in the archive\./)],
      })
    }
  })

  it('is still told when its destination is gone, or its archive object', async () => {
    await ask(at, 'DELETE', `/api/destinations/${ids.gone}`)
    const { event } = await where('m1')
    expect(event.destinations.find(({ id }) => id === ids.gone)).toMatchObject({ name: null, status: 'delivered' })
    await env.ARCHIVE.delete(event.archive.key)
    expect((await where('m1')).event).toMatchObject({ messageId: 'm1', receivedAt: null, event: null })
  })
})

describe('every answer with codes says what they mean', () => {
  const meanings = async (path: string) => (await ask<{ meanings: Record<string, string> }>(at, 'GET', path)).meanings

  it.each<[string, () => string, Record<string, string>]>([
    [
      'what a source rejected',
      () => `/api/sources/${source.id}/counters`,
      { event_not_defined: 'a track without the name of its event' },
    ],
    [
      'its last events',
      () => `/api/sources/${source.id}/events`,
      {
        event_not_defined: 'a track without the name of its event',
        FILTERED_BY_INTEGRATIONS_OBJECT: 'the event’s own integrations object says so',
      },
    ],
    [
      'how deliveries end',
      () => `/api/destinations/${ids.bad}/delivery-metrics?period=1h`,
      {
        http_400: 'the endpoint answered 400',
        FILTERED_BY_INTEGRATIONS_OBJECT: 'the event’s own integrations object says so',
      },
    ],
    ['a dead letter', () => `/api/destinations/${ids.bad}/dead-letters`, { http_400: 'the endpoint answered 400' }],
    [
      'where an event went',
      () => '/api/events/m1',
      { http_400: 'the endpoint answered 400', http_503: 'the endpoint answered 503' },
    ],
    [
      'where it did not go',
      () => '/api/events/m2',
      { FILTERED_BY_INTEGRATIONS_OBJECT: 'the event’s own integrations object says so' },
    ],
  ])('%s', async (_, path, words) => expect(await meanings(path())).toEqual(words))
})
