import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { context, type Context } from '../../../src/context.ts'
import type { Stray } from '../../../src/inbox/index.ts'
import type { Env } from '../../../src/env.ts'
import { panel } from '../../../src/panel.ts'
import { type Platform, platform } from '../../../src/wiring.ts'
import { Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { ADMIN, call, freshPlatform, newSource, recordingQueue } from '../world.ts'
import { ACCEPTED, basic, type Desk, openDesk, refusal, replyOf, track } from './desk.ts'

const KEY = 'key-of-astray'
const SDK = { 'Content-Type': 'application/json', 'User-Agent': 'analytics-node/3.1.0' }

interface World {
  at: Platform
  source: string
  sent: string[]
  clock: { now: number }
  /** Waits for what a request leaves to be done after its reply. */
  settled(): Promise<unknown>
  ask(method: string, path: string, init?: { body?: BodyInit; headers?: Record<string, string> }): Promise<Response>
}

/** The whole platform, panel and guard included, whose queue records. */
async function open(overrides: { env?: Partial<Env>; ctx?: Partial<Context> } = {}, writeKey = KEY): Promise<World> {
  const { queue, sent } = recordingQueue()
  const clock = { now: Date.parse('2030-01-01T00:00:00Z') }
  const later: Promise<unknown>[] = []
  const ctx = { now: () => clock.now, log: () => undefined, ...overrides.ctx }
  const at = platform({ ...env, EVENTS: queue, ...overrides.env }, { ...context, ...ctx }, panel)
  const { id } = await newSource(at, writeKey)
  const execution = { waitUntil: (work: Promise<unknown>) => void later.push(work), props: {} }
  return {
    at,
    source: id,
    sent,
    clock,
    settled: () => Promise.all(later),
    ask: (method, path, init = {}) => {
      const request = new Request(`https://sluice.test${path}`, {
        method,
        headers: { ...SDK, ...init.headers },
        redirect: 'manual',
        ...(init.body !== undefined && { body: init.body }),
      })
      return Promise.resolve(at.http.fetch(request, env, execution as unknown as ExecutionContext))
    },
  }
}

let world: World
beforeAll(async () => {
  world = await open()
})

const BATCH = JSON.stringify({ batch: [track()], writeKey: KEY })

const MEANT = [
  '/batch',
  '/batch/',
  '/b',
  '/t',
  '/track',
  '/i',
  '/import',
  '/m',
  '/',
  '/collect/v1/batch',
  '/collect/batch',
  '/api/v1/import',
  '/api/v1/t',
  '/v2/batch',
  '/v1/v1/batch',
  '/v1/Batch',
  '/V1/batch',
  '/segment/v1/track',
  '/events',
  '/healthz',
  '/analytics.js/v1/batch',
]

describe('events sent to an address that is not set', () => {
  it.each(MEANT)('POST %s is refused in words that name the right one', async (path) => {
    const reply = await world.ask('POST', path, { body: BATCH, headers: { Origin: 'https://shop.example' } })
    expect(reply.headers.get('access-control-allow-origin')).toBe('https://shop.example')
    expect(await refusal(reply)).toMatchObject({
      status: 404,
      code: 'bad_request',
      message: expect.stringContaining('/v1/batch') as string,
    })
  })

  it.each(['/v1', '/v1/', '/v1/batches', '/v1/projects/x'])('POST %s is refused too', async (path) => {
    expect(await refusal(await world.ask('POST', path, { body: BATCH }))).toMatchObject({ status: 404 })
  })

  it.each(['PUT', 'PATCH', 'DELETE', 'QUERY', 'PROPFIND', 'LOCK'])('so is %s, anywhere', async (method) => {
    for (const path of ['/', '/batch', '/sources', '/sign-in', '/nothing']) {
      const reply = await world.ask(method, path, { body: BATCH })
      expect([path, (await refusal(reply)).status]).toEqual([path, 404])
    }
  })

  it.each(['/sources', '/destinations', '/sign-in', '/sign-out', '/theme', '/claim', '/forgot', '/people/track'])(
    'POST %s, a page’s address, is no success either',
    async (path) => {
      for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', '']) {
        const reply = await world.ask('POST', path, { body: BATCH, headers: { 'Content-Type': type } })
        const { status, message } = await refusal(reply)
        expect([type, status, message.includes('/v1/batch')]).toEqual([type, 400, true])
      }
    },
  )

  it('as a form, to a page for those who are signed in, is refused in JSON', async () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
    expect(await refusal(await world.ask('POST', '/sources', { body: BATCH, headers }))).toMatchObject({ status: 401 })
  })
})

describe('a preflight', () => {
  it.each(['/batch', '/collect/v1/t', '/'])('of %s is answered, so that a page can read the refusal', async (path) => {
    const reply = await world.ask('OPTIONS', path, { headers: { Origin: 'https://shop.example' } })
    expect([reply.status, reply.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, POST, OPTIONS'])
  })

  it.each(['/sources', '/nothing', '/sign-in'])('of %s is refused', async (path) => {
    const reply = await world.ask('OPTIONS', path, { headers: { Origin: 'https://shop.example' } })
    expect([reply.status, reply.headers.get('access-control-allow-methods')]).toEqual([404, null])
  })
})

describe('what is asked for with GET', () => {
  it.each([
    '/batch',
    '/pixel/track?writeKey=x',
    '/cdn/v1/projects/x/settings',
    '/sources',
    '/',
    '/sign-out',
    '/nothing',
  ])('%s leads no script to the sign-in page', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      const reply = await world.ask(method, path, { headers: { Accept: '*/*' } })
      expect([reply.status >= 400, reply.headers.get('location')]).toEqual([true, null])
    }
  })

  it('by a person leads there from a page, and from what is no page nowhere', async () => {
    const somebody = new Browser(world.at)
    expect((await somebody.get('/sources?q=x')).location).toBe('/sign-in?next=%2Fsources%3Fq%3Dx')
    expect((await somebody.get('/')).location).toBe('/sign-in')
    expect(await somebody.get('/batch')).toMatchObject({
      status: 404,
      html: expect.stringContaining('no such page') as string,
    })
    const form = await somebody.post('/sources', { name: 'N' })
    expect([form.status, form.location, form.html.includes('href="/sign-in"')]).toEqual([401, '', true])
  })
})

describe('slashes', () => {
  let desk: Desk
  beforeAll(async () => {
    desk = await openDesk({ env: { PATH_PREFIX: '/collect' } }, 'key-of-slashes')
  })

  it.each([
    '//v1/batch',
    '///v1/batch',
    '/v1//batch',
    '/v1/batch//',
    '//v1///batch',
    '//collect/v1/batch',
    '/collect//v1/batch',
  ])('%s is /v1/batch', async (path) => {
    expect(await replyOf(await desk.post(path, { writeKey: 'key-of-slashes', batch: [track()] }))).toEqual(ACCEPTED)
    expect(await desk.taken()).toMatchObject([{ events: [{ event: 'Paid' }] }])
  })

  it('lead to no other host', async () => {
    const { status, location } = await new Browser(world.at).get('//evil.example/')
    expect([status, location]).toEqual([404, ''])
  })
})

describe('what went astray is shown', () => {
  const seen = async (at: Platform) => {
    const { json } = await call<{ checks: { name: string; message: string }[] }>(at, 'GET', '/healthz')
    return json.checks.find(({ name }) => name === 'requests gone astray')
  }
  const strays = (): Promise<Stray[]> =>
    (env.SWEEP.getByName('inbox') as unknown as { strays(): Promise<Stray[]> }).strays()

  it('on the health page, on the overview of who operates the deployment, and on the source’s', async () => {
    const here = await open({ ctx: { now: context.now, sleep: () => context.sleep(200) } }, 'key-of-shown')
    for (let i = 0; i < 41; i++) {
      await here.ask('POST', '/collect/v1/batch', { body: '{"batch":[]}', headers: basic('key-of-shown:') })
    }
    await here.ask('POST', '/nothing-here/batch', { body: '{}' })
    await here.settled()
    expect((await seen(freshPlatform()))?.message).toContain('41 requests came to /collect/v1/batch')
    const owner = await ownerOf(freshPanel())
    const home = await owner.get('/')
    expect(home.html).toMatch(/41 requests came to <code>\/collect\/v1\/batch<\/code>/)
    for (const path of ['', '/setup', '/arrivals']) {
      const { html } = await owner.get(`/sources/${here.source}${path}`)
      expect(html).toMatch(/41 requests came to <code>\/collect\/v1\/batch<\/code>/)
      expect(html).not.toContain('/nothing-here/batch')
    }
  }, 60_000)

  it('and counted at the source, with the address', async () => {
    const here = await open({}, 'key-of-counted')
    await here.ask('POST', '/track', { body: JSON.stringify({ ...track(), writeKey: 'key-of-counted' }) })
    const head = JSON.parse(here.sent[0] ?? '{}') as Record<string, unknown>
    expect(head).toMatchObject({ source: here.source, rejected: { bad_request: 1 } })
    const [refused] = head.refused as { text: string }[]
    expect(refused?.text).toMatch(/^\{"sentTo":"POST \/track","type":"track"/)
    expect(refused?.text).not.toContain('key-of-counted')
  })

  it('by a pixel with the wrong address too, but not when it was only looked at', async () => {
    const here = await open({}, 'key-of-stray-pixel')
    const pixel = '/pixel/track?writeKey=key-of-stray-pixel&userId=u&event=E'
    expect((await here.ask('HEAD', pixel)).status).toBe(404)
    expect(here.sent).toEqual([])
    expect((await here.ask('GET', pixel, { headers: { Accept: 'image/*' } })).status).toBe(404)
    expect(here.sent).toHaveLength(1)
  })

  it('costs one call every ten seconds and isolate, whoever makes addresses up, and drives out nobody', async () => {
    const calls: Stray[][] = []
    const waits: (() => void)[] = []
    const SWEEP = {
      getByName: () => ({ noteStrays: (notes: Stray[]) => void calls.push(notes) }),
    } as unknown as Cloudflare.Env['SWEEP']
    const sleep = () => new Promise<void>((resolve) => void waits.push(resolve))
    const here = await open({ env: { SWEEP }, ctx: { sleep } }, 'key-of-flood')
    for (let i = 0; i < 500; i++) await here.ask('POST', `/made-up-${i}/batch`, { body: '{}' })
    expect([calls.length, calls[0]?.length]).toEqual([1, 1])
    for (const wake of waits) wake()
    await here.settled()
    expect([calls.length, calls[1]?.length]).toEqual([2, 21])
    const told = calls.flat().reduce((sum, { requests }) => sum + requests, 0)
    expect(told).toBe(500)
  })

  it('is a bounded list, in which sources come first', async () => {
    const stub = env.SWEEP.getByName('inbox') as unknown as { noteStrays(notes: object[]): Promise<void> }
    await stub.noteStrays([{ path: '/rare/batch', sourceId: 'src_of_stray', requests: 1 }])
    for (let i = 0; i < 10; i++) {
      const made = Array.from({ length: 20 }, (_, j) => ({ path: `/flood-${i}-${j}/t`, requests: 100 }))
      const own = { path: `/other-${i}/t`, sourceId: 'src_noisy', requests: 1_000 }
      await stub.noteStrays([...made, own])
    }
    const all = await strays()
    expect(all.length).toBe(40)
    expect(all.filter(({ sourceId }) => sourceId === 'src_noisy')).toHaveLength(4)
    expect(all).toContainEqual(expect.objectContaining({ path: '/rare/batch', sourceId: 'src_of_stray' }))
  })

  it('in plain characters', async () => {
    const { message } = await refusal(await world.ask('POST', '/%3Cscript%3E/%0d%0a/batch', { body: '{}' }))
    expect(message).toMatch(/^Nothing is at \/…\/batch\. /)
  })
})

it('the Public API keeps its own words', async () => {
  const { status, json } = await call<{ errors: unknown[] }>(world.at, 'POST', '/api/nothing', {}, ADMIN)
  expect([status, json.errors.length]).toEqual([404, 1])
})
