import { describe, expect, it } from 'vitest'
import { UsageWindow } from '../../../src/intake/index.ts'
import { ask } from '../api/client.ts'
import { freshPlatform, newSource, recordingQueue, send } from '../world.ts'

/** A platform whose intakes count on the test's clock; `fail` makes them not answer. */
async function desk(facts: { isolates?: number; perSecond?: string; fail?: () => Promise<never> } = {}) {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const usage = new UsageWindow()
  const calls: number[] = []
  const spend = (events: number, perSecond: number) => {
    calls.push(events)
    return facts.fail?.() ?? Promise.resolve(usage.spend(clock.now, events, perSecond))
  }
  const INTAKE = { getByName: () => ({ spend }) } as unknown as Cloudflare.Env['INTAKE']
  const { queue, sent } = recordingQueue()
  const SOURCE_EVENTS_PER_SECOND = facts.perSecond ?? '1000'
  const ctx = { now: () => clock.now, log: () => undefined }
  const platforms = Array.from({ length: facts.isolates ?? 1 }, () =>
    freshPlatform({ env: { EVENTS: queue, INTAKE, SOURCE_EVENTS_PER_SECOND }, ctx }),
  )
  const { id, writeKey } = await newSource(platforms[0]!)
  const limit = (eventsPerSecond: number | null) =>
    ask(platforms[0]!, 'PATCH', `/api/sources/${id}`, { eventsPerSecond })
  clock.now += 20_000
  let taken = 0
  const post = async (events: number, isolate = 0) => {
    const batch = Array.from({ length: events }, () => ({ type: 'track', event: 'E', userId: 'u' }))
    const before = sent.length
    const reply = await send(platforms[isolate]!, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })
    // One message a request, or a pointer to a large one; none when it is refused.
    taken += (sent.length - before) * events
    return reply
  }
  const acceptedEvents = () => taken
  return { clock, calls, post, acceptedEvents, limit }
}

describe('a source over its limit', () => {
  it('is told 429 with both headers and how much it used, and nothing of the request is taken', async () => {
    const { post, acceptedEvents } = await desk()
    const statuses = []
    let last = await post(500)
    for (let request = 0; request < 25; request++) statuses.push((last = await post(500)).status)
    expect(statuses.indexOf(429)).toBe(21)
    expect(statuses.slice(21)).toEqual([429, 429, 429, 429])
    expect(acceptedEvents()).toBe(22 * 500)
    expect(await last.json()).toMatchObject({
      success: false,
      code: 'too_many_requests',
      error: expect.any(String) as string,
    })
    expect(last.headers.get('retry-after')).toBe('10')
    expect(last.headers.get('x-ratelimit-reset')).toBe('10')
    expect(last.headers.get('x-ratelimit-percentage-used')).toBe('110')
    expect(last.headers.get('access-control-expose-headers')).toContain('X-RateLimit-Percentage-Used')
  })

  it('is taken again when the window is over', async () => {
    const { clock, post } = await desk()
    while ((await post(1_000)).status === 200) clock.now += 1
    clock.now += 9_000
    const early = await post(1)
    expect([early.status, Number(early.headers.get('retry-after'))]).toEqual([429, 1])
    clock.now += 1_000
    expect((await post(1)).status).toBe(200)
  })

  it('is counted over all isolates, by at most one call a thousand events', async () => {
    const { post, calls, acceptedEvents } = await desk({ isolates: 4 })
    for (let request = 0; request < 200; request++) await post(100, request % 4)
    expect(calls.length).toBeLessThanOrEqual(acceptedEvents() / 1_000)
    // Ten seconds' worth, and at most a thousand more for each isolate.
    expect(acceptedEvents()).toBeGreaterThan(10_000)
    expect(acceptedEvents()).toBeLessThanOrEqual(14_000)
  })

  it('learns before it is there how near it is', async () => {
    const { post } = await desk()
    expect((await post(999)).headers.get('x-ratelimit-percentage-used')).toBe('0')
    expect((await post(1)).headers.get('x-ratelimit-percentage-used')).toBe('10')
  })
})

describe('a limit', () => {
  it('of 0 is none, and asks nobody', async () => {
    const { post, calls } = await desk({ perSecond: '0' })
    for (let request = 0; request < 20; request++) expect((await post(2_500)).status).toBe(200)
    expect(calls).toEqual([])
  })

  it('of a source’s own holds instead of the deployment’s, a low one closer', async () => {
    const { post, calls, acceptedEvents, limit, clock } = await desk()
    await limit(50)
    for (let request = 0; request < 100; request++) await post(10)
    // Ten seconds of fifty, and what an isolate keeps to itself: what is let through in one.
    expect(acceptedEvents()).toBeGreaterThanOrEqual(500)
    expect(acceptedEvents()).toBeLessThanOrEqual(550)
    expect(calls.length).toBeLessThanOrEqual(acceptedEvents() / 50)
    clock.now += 10_000
    await limit(2_000)
    const before = acceptedEvents()
    for (let request = 0; request < 15; request++) expect((await post(1_000)).status).toBe(200)
    expect(acceptedEvents() - before).toBe(15_000)
    clock.now += 10_000
    await limit(null)
    const statuses = []
    for (let request = 0; request < 15; request++) statuses.push((await post(1_000)).status)
    expect(statuses.indexOf(429)).toBe(11)
  })

  it('of a source holds where the deployment has none', async () => {
    const { post, limit } = await desk({ perSecond: '0' })
    await limit(100)
    const statuses = []
    for (let request = 0; request < 15; request++) statuses.push((await post(100)).status)
    expect(statuses).toContain(429)
  })

  it('costs a small source nothing', async () => {
    const { post, calls } = await desk()
    for (let request = 0; request < 99; request++) await post(10)
    expect(calls).toEqual([])
  })

  it.each([
    ['does not answer', () => new Promise<never>(() => undefined)],
    ['fails', () => Promise.reject(new Error('down'))],
  ])('that %s refuses nobody', async (_, fail) => {
    const { post, acceptedEvents } = await desk({ fail })
    for (let request = 0; request < 3; request++) expect((await post(1_000)).status).toBe(200)
    expect(acceptedEvents()).toBe(3_000)
  })
})
