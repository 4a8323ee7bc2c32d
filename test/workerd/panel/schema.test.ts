import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ask, newDestination } from '../api/client.ts'
import { newSource, send } from '../world.ts'
import { rig } from './rig.ts'

/** The pages of what is counted: what they say of what was sent a moment ago. */

const at = rig()
const HEAP = 'Heap Web (Actions)'
const device = (failed: boolean) => ({
  bundled: [HEAP],
  unbundled: [],
  ...(failed && { failedInitializations: [HEAP] }),
})
let source: { id: string; writeKey: string }
let heap: string

/** A page without its frame, as text. */
async function textOf(path: string): Promise<string> {
  const { html } = await at.get(path)
  return html
    .slice(html.indexOf('<main'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\d+ seconds? ago/g, 'just now')
}

beforeAll(async () => {
  source = await newSource(at)
  await newDestination(at, source.id)
  const body = { sourceId: source.id, metadataId: 'heap', settings: { appId: '1' }, enabled: true }
  heap = (await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)).destination.id
  const context = { library: { name: 'analytics.js', version: '1' } }
  const page = (n: number) => ({
    type: 'page',
    name: 'Home',
    anonymousId: `a${n}`,
    context,
    _metadata: device(n % 4 === 0),
  })
  const batch = [
    ...Array.from({ length: 12 }, (_, n) => page(n)),
    { type: 'track', event: '<b>Paid</b>', userId: 'u', properties: { total: 12, '<i>': '<script>' } },
    { type: 'alias', userId: 'u', previousId: 'a' },
    { type: 'track', userId: 'u' },
  ]
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey: source.writeKey, batch }) })
  const archived = async () =>
    (await ask<{ counters: { archived: number } }>(at, 'GET', `/api/sources/${source.id}/counters`)).counters.archived
  await vi.waitUntil(async () => (await archived()) === 14, { timeout: 15_000 })
}, 30_000)

describe('the events of a source', () => {
  it('stand on its page with their counts, and what was rejected with its reason', async () => {
    const text = await textOf(`/sources/${source.id}/schema`)
    expect(text).toContain('Archived 14 events in 24 hours')
    expect(text).toContain('1 event rejected: a track without the name of its event event_not_defined')
    expect(text).toContain('Home page 12 12 12 just now just now')
    expect(text).toContain('alias 1 1 1 just now')
    expect(text).toContain('&lt;b&gt;Paid&lt;/b&gt; track 1 1 1')
    const found = await textOf(`/sources/${source.id}/schema?q=HOM&sort=name`)
    expect([found.includes('Home page 12'), found.includes('alias')]).toEqual([true, false])
    expect(await textOf(`/sources/${source.id}/schema?q=nothing`)).toContain('No event like this')
  })

  it('have a page each: properties, their values, and who gets it', async () => {
    const query = new URLSearchParams({ type: 'track', name: '<b>Paid</b>' }).toString()
    const { html } = await at.get(`/sources/${source.id}/schema/event?${query}`)
    expect(html).not.toContain('<script>')
    const text = await textOf(`/sources/${source.id}/schema/event?${query}`)
    expect(text).toContain('total number 1 12 just now')
    expect(text).toContain('&lt;i&gt; string 1 &lt;script&gt; just now')
    expect(text).toMatch(/Who gets it .*Gets it .*Gets it on the device/)
    // Heap takes no alias, a webhook does.
    const alias = await textOf(`/sources/${source.id}/schema/event?type=alias`)
    expect(alias).toMatch(/Heap[^.]* Does not get it/)
    expect((await at.get(`/sources/${source.id}/schema/event?type=track&name=Paid`)).status).toBe(404)
    expect((await at.get(`/sources/${source.id}/schema/event?type=click`)).status).toBe(404)
  })

  it('are none at first', async () => {
    const { id } = await newSource(at)
    expect(await textOf(`/sources/${id}/schema`)).toContain('No event is known yet')
  })
})

describe('a tool on devices', () => {
  it('says on how many page views it was there', async () => {
    const text = await textOf(`/destinations/${heap}`)
    expect(text).toContain('Loaded on 9 of 12 page views in the last 24 hours; could not load on 3.')
    expect(text).toContain('Page views, 24 hours 9 3 0 0')
  })

  it('that no device names is told so', async () => {
    const body = { sourceId: source.id, metadataId: 'fullstory', settings: { orgId: '1' }, enabled: true }
    const { destination } = await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)
    expect(await textOf(`/destinations/${destination.id}`)).toContain(
      'No device has named it on 12 events in the last 7 days.',
    )
    const quiet = await newSource(at)
    const other = { ...body, sourceId: quiet.id }
    const { destination: second } = await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', other)
    expect(await textOf(`/destinations/${second.id}`)).toContain('No device has said anything of its tools')
  })
})

describe('the usage of a workspace', () => {
  it('is its sources’ by day, with dollars', async () => {
    await vi.waitUntil(async () => (await textOf('/usage')).includes('Events a day'), {
      timeout: 15_000,
    })
    const text = await textOf('/usage')
    expect(text).toMatch(/Events 14 events .*Requests 1 request .*At list prices &lt; \$0\.01/)
    expect(await textOf('/usage?month=2020-01')).toContain('January 2020')
    expect(await textOf('/usage?month=nonsense')).toContain('Events a day')
  })
})
