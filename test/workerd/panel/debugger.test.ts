import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { TailMessage } from '../../../src/intake/index.ts'
import { freshPanel, ORIGIN, ownerOf } from '../access/browser.ts'
import { newDestination, otherWorkspace } from '../api/client.ts'
import { execution, newSource, send } from '../world.ts'
import { rig } from './rig.ts'

const at = rig()
let source = { id: '', writeKey: '' }
let good = ''
let bad = ''

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const ok = new URL(String(input)).hostname.startsWith('good')
    return Promise.resolve(ok ? new Response('ok') : Response.json({ message: 'Missing email' }, { status: 400 }))
  })
  source = await newSource(at)
  good = (await newDestination(at, source.id, { urls: ['https://good.example.com/in'] })).id
  bad = (await newDestination(at, source.id, { urls: ['https://bad.example.com/in'] })).id
  await post([
    { type: 'track', userId: 'Ada', event: 'Paid <b>', messageId: 'one', properties: { plan: 'Gold' } },
    { type: 'track', userId: 'b', event: 'Kept', messageId: 'two', integrations: { Webhooks: false } },
    { type: 'track', userId: 'c' },
  ])
  await vi.waitUntil(async () => (await page()).html.includes('Paid &lt;b'), { timeout: 10_000 })
}, 30_000)

const page = (query = '', of = at) => of.get(`/sources/${source.id}/debugger${query}`)
const post = (batch: unknown[]) => send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })

describe('the debugger of a source', () => {
  it('shows the last events without scripts, each with where it goes', async () => {
    const { status, html } = await page()
    expect(status).toBe(200)
    expect(html.match(/<li data-id="1\./g)).toHaveLength(3)
    expect(html).toContain('To 2 of 2')
    expect(html).toContain('To 0 of 2, 2 filtered')
    expect(html).toContain('integrations object says so')
    expect(html).toContain('properties.plan')
    expect(html).toContain('a track without the name of its event')
    expect(html).toContain('Look again')
    expect(html).not.toMatch(/ style=|<script>|onclick=/)
  })

  it.each([
    ['?q=gold', ['Paid'], ['Kept']],
    ['?status=rejected', ['without the name'], ['Paid', 'Kept']],
    ['?status=accepted', ['Paid', 'Kept'], ['without the name of its event</strong>']],
    [
      '?q=nothing-at-all',
      ['Nothing matches', '“nothing-at-all”', 'Show all events', 'value="nothing-at-all"'],
      ['Paid'],
    ],
    ['?before=1.1', ['Paid', 'Back to the newest'], ['Kept', 'data-tail']],
  ])('finds %s', async (query, there, absent) => {
    const { html } = await page(query)
    const list = html.slice(html.indexOf('<div class="stack tail"'))
    for (const words of there) expect(html).toContain(words)
    for (const words of absent) expect(list.split('<template>')[0]).not.toContain(words)
  })

  it('answers the same as the API when the page asks again', async () => {
    const reply = JSON.parse((await at.get(`/sources/${source.id}/debugger/events?count=2`)).html) as {
      data: { events: { id: string }[]; next: string }
    }
    expect(reply.data.events.map(({ id }) => id)).toEqual(['1.r0', '1.1'])
    expect(reply.data.next).toBe('1.1')
  })

  it('says where an event went: its attempts at each destination', async () => {
    await vi.waitUntil(async () => (await page('/1.0')).html.includes('Given up'), { timeout: 10_000 })
    const { html } = await page('/1.0')
    expect(html).toContain('Delivered')
    expect(html).toContain('the endpoint answered 400')
    expect(html).toContain('Missing email')
    const kept = (await page('/1.1')).html
    expect(kept).toContain('Not sent to')
    expect(kept).toContain('FILTERED_BY_INTEGRATIONS_OBJECT')
    expect(kept).toContain(`/destinations/${good}`)
    expect(kept).toContain(`/destinations/${bad}`)
    for (const nothing of ['/1.9', '/7.0', '/x', '/1.r0', '/1.9/raw', '/x/raw']) {
      expect((await page(nothing)).status).toBe(404)
    }
  })

  it('hands an event out whole, as a file', async () => {
    const { status, headers, html } = await page('/1.0/raw')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(headers.get('content-disposition')).toBe('attachment; filename="event-1.0.json"')
    expect(JSON.parse(html)).toMatchObject({ messageId: 'one', event: 'Paid <b>', properties: { plan: 'Gold' } })
  })

  it('is nobody else’s', async () => {
    const { id } = await otherWorkspace()
    const other = rig({ workspaceId: id })
    for (const path of ['', '/events', '/live', '/1.0', '/1.0/raw']) expect((await page(path, other)).status).toBe(404)
  })
})

describe('rejected events', () => {
  it('are there once, the newest first, with what they were called', async () => {
    const { id, writeKey } = await newSource(at)
    const sent = [
      { type: 'track', event: 'First', userId: '' },
      { type: 'identify', messageId: 'second', anonymousId: '' },
      { type: 'track', userId: 'third' },
    ]
    for (const batch of [sent, [{ type: 'page', userId: 'u', name: 'Accepted' }, ...sent]]) {
      await send(at, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })
    }
    const shown = async () => (await at.get(`/sources/${id}/debugger`)).html.split('<template>')[0] ?? ''
    const ids = async () => [...(await shown()).matchAll(/<li data-id="([^"]+)"/g)].map(([, one = '']) => one)
    await vi.waitUntil(async () => (await ids()).length >= 6, { timeout: 15_000 })
    const key = (one: string) => {
      const [seq = '', event = ''] = one.split('.')
      return Number(seq) * 100 + (event.startsWith('r') ? 50 + Number(event.slice(1)) : Number(event))
    }
    const all = await ids()
    expect(new Set(all).size).toBe(all.length)
    expect(all).toEqual(all.toSorted((a, b) => key(b) - key(a)))
    const html = await shown()
    expect(html).toMatch(/class="tag">track<[^]*?<strong>First</)
    expect(html).toMatch(/class="tag">track<[^]*?<span class="soft">third</)
    expect(html).toContain('neither a userId nor an anonymousId')
    const { data } = JSON.parse((await at.get(`/sources/${id}/debugger/events?status=rejected`)).html) as {
      data: { events: { type: string; messageId: string | null }[] }
    }
    expect(data.events.map(({ messageId }) => messageId)).toContain('second')
  })
})

describe('the live tail', () => {
  const platform = freshPanel()
  const ask = async (headers: Record<string, string>) => {
    const browser = await ownerOf(platform)
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const request = new Request(`${ORIGIN}/sources/${source.id}/debugger/live`, {
      headers: { Upgrade: 'websocket', Cookie: cookie, ...headers },
    })
    return platform.http.fetch(request, env, execution())
  }

  it('comes through the same door as the page', async () => {
    const { status, webSocket } = await ask({ Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' })
    expect(status).toBe(101)
    if (!webSocket) throw new Error('no socket')
    const told: TailMessage[] = []
    webSocket.accept()
    webSocket.addEventListener('message', ({ data }) => void told.push(JSON.parse(String(data)) as TailMessage))
    await post([{ type: 'page', userId: 'live', name: 'Live' }])
    await vi.waitUntil(() => told.length > 0, { timeout: 10_000 })
    expect(told[0]).toMatchObject({ archived: 1, events: [{ event: 0, fate: { matched: 2, filtered: 0 } }] })
    webSocket.close()
  })

  it.each<[string, Record<string, string>]>([
    ['another site', { Origin: 'https://evil.example.com' }],
    ['nowhere', {}],
    ['a stranger', { Origin: ORIGIN, Cookie: '' }],
  ])('refuses %s', async (_, headers) => {
    const { status, webSocket } = await ask(headers)
    expect(webSocket).toBeNull()
    expect(status).toBeGreaterThanOrEqual(300)
  })
})
