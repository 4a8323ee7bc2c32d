import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { databaseWith } from '../database.ts'
import { call, freshPlatform, newSource, send } from '../world.ts'
import { type Desk, openDesk, outcome, track } from './desk.ts'

type Failure = 'asking throws' | 'queries reject'

/** The real database, with its queries counted, that fails while a test wants it to. */
function watched(): { DB: D1Database; reads: () => number; fail: (how: Failure | undefined) => void } {
  let reads = 0
  let failing: Failure | undefined
  const DB = databaseWith(() => {
    reads++
    if (failing === 'asking throws') throw new Error('D1 is down')
    return failing && env.DB.prepare('SELECT * FROM a_table_that_is_not_there')
  })
  return {
    DB,
    reads: () => reads,
    fail: (how) => void (failing = how),
  }
}

const status = async (desk: Desk, writeKey: string) => (await desk.post('/v1/track', track({ writeKey }))).status
const randomKey = () => crypto.randomUUID()

/** Sends as many events with keys that nobody has. */
async function flood(desk: Desk, requests: number, stepMs: number): Promise<void> {
  for (let sent = 0; sent < requests; sent += 100) {
    const statuses = await Promise.all(Array.from({ length: 100 }, () => status(desk, randomKey())))
    expect(new Set(statuses)).toEqual(new Set([400]))
    desk.clock.now += stepMs * 100
  }
}

describe('unknown keys', () => {
  it.each([
    ['at once', 0],
    ['over ten seconds', 1],
  ])('ten thousand %s cost at most ten reads', async (_, stepMs) => {
    const { DB, reads } = watched()
    const desk = await openDesk({ env: { DB } })
    const before = reads()
    await flood(desk, 10_000, stepMs)
    expect(await status(desk, desk.writeKey)).toBe(200)
    expect(reads() - before).toBeGreaterThan(0)
    expect(reads() - before).toBeLessThanOrEqual(10)
  })

  it('known keys cost no read but the look at the revision', async () => {
    const { DB, reads } = watched()
    const desk = await openDesk({ env: { DB } })
    await status(desk, desk.writeKey)
    const before = reads()
    for (let at = 0; at < 50; at++) expect(await status(desk, desk.writeKey)).toBe(200)
    expect(reads() - before).toBe(0)
    desk.clock.now += 15_000
    expect(await status(desk, desk.writeKey)).toBe(200)
    expect(reads() - before).toBe(1)
  })
})

describe('a change from outside', () => {
  it.each([
    ['quiet', 0],
    ['flooded with unknown keys', 2_000],
  ])('a key made elsewhere works within 15 seconds: %s', async (_, requests) => {
    const desk = await openDesk()
    expect(await status(desk, desk.writeKey)).toBe(200)
    await flood(desk, requests, 0)
    const { writeKey } = await newSource(freshPlatform())
    await flood(desk, requests, 1)
    desk.clock.now += 15_000 - requests
    expect(await status(desk, writeKey)).toBe(200)
  })

  it('a key asked for before it was made works within 15 seconds', async () => {
    const desk = await openDesk()
    const writeKey = `late-${randomKey().slice(0, 8)}`
    expect(await status(desk, writeKey)).toBe(400)
    await newSource(freshPlatform(), writeKey)
    desk.clock.now += 15_000
    expect(await status(desk, writeKey)).toBe(200)
  })

  it('a key revoked elsewhere is refused within 15 seconds', async () => {
    const desk = await openDesk()
    expect(await status(desk, desk.writeKey)).toBe(200)
    await call(freshPlatform(), 'DELETE', `/api/sources/${desk.source}/writekey/${desk.writeKey}`)
    desk.clock.now += 15_000
    expect(await status(desk, desk.writeKey)).toBe(400)
  })
})

describe.each<Failure>(['asking throws', 'queries reject'])('without D1 (%s)', (how) => {
  it('from the start, events are taken by their key', async () => {
    const { DB, fail } = watched()
    fail(how)
    const desk = await openDesk({ env: { DB } }, null)
    const batch = [track(), { nonsense: true }]
    expect((await desk.post('/v1/batch', { writeKey: 'some-key', batch })).status).toBe(200)
    const [taken] = await desk.taken()
    expect(taken).toMatchObject({ source: null, writeKey: 'some-key', rejected: { bad_request: 1 } })
    expect(taken?.events).toMatchObject([{ event: 'Paid', receivedAt: '2030-01-01T00:00:02.100Z' }])
  })

  it('from the start, what has no key or cannot be read is still refused', async () => {
    const { DB, fail } = watched()
    fail(how)
    const desk = await openDesk({ env: { DB } }, null)
    const replies = [await desk.post('/v1/track', track()), await desk.post('/v1/track', '{')]
    expect(replies.map((reply) => reply.status)).toEqual([400, 400])
    expect(await desk.taken()).toEqual([])
  })

  it('from the start, a page gets its settings', async () => {
    const { DB, fail } = watched()
    fail(how)
    const desk = await openDesk({ env: { DB } }, null)
    const response = await send(desk.at, '/v1/projects/some-key/settings', { method: 'GET' })
    expect(response.status).toBe(200)
  })

  it('later on, known keys still work, and others are left to decide', async () => {
    const { DB, fail } = watched()
    const desk = await openDesk({ env: { DB } })
    expect(await status(desk, desk.writeKey)).toBe(200)
    await desk.taken()
    fail(how)
    desk.clock.now += 60_000
    expect(await status(desk, desk.writeKey)).toBe(200)
    expect(await status(desk, 'perhaps-new')).toBe(200)
    expect(await desk.taken()).toMatchObject([{ source: desk.source }, { source: null, writeKey: 'perhaps-new' }])
    fail(undefined)
    desk.clock.now += 15_000
    expect(await status(desk, 'perhaps-new')).toBe(400)
    expect(await status(desk, desk.writeKey)).toBe(200)
    expect(await outcome(desk)).toEqual({ events: 1, rejected: {} })
  })
})
