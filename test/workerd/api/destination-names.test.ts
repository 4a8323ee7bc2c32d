import { describe, expect, it } from 'vitest'
import { newSource } from '../world.ts'
import { rig } from '../panel/rig.ts'
import { ask, newDestination, newIntegration, refusal } from './client.ts'

const at = rig()
const settings = { urls: ['https://hooks.example.com/in'] }
interface Made {
  destination: { id: string; name: string }
}

async function source(metadataId = 'http-api') {
  const slug = `src-${crypto.randomUUID().slice(0, 8)}`
  return (await ask<{ source: { id: string } }>(at, 'POST', '/api/sources', { slug, metadataId })).source.id
}

describe('the name of a destination', () => {
  const make = (sourceId: string, name?: string) => ({
    sourceId,
    metadataId: 'webhooks',
    settings,
    ...(name && { name }),
  })
  const called = async (sourceId: string, name?: string) =>
    (await ask<Made>(at, 'POST', '/api/destinations', make(sourceId, name))).destination

  it('is its own within its source: one that is not given gets a number', async () => {
    const [one, other] = [await source(), await source()]
    expect((await called(one)).name).toBe('Webhooks')
    expect((await called(one)).name).toBe('Webhooks 2')
    expect((await called(one, 'Webhooks 4')).name).toBe('Webhooks 4')
    expect((await called(one)).name).toBe('Webhooks 3')
    expect((await called(one)).name).toBe('Webhooks 5')
    expect((await called(other)).name).toBe('Webhooks')
  })

  it.each(['Order hooks', 'ORDER HOOKS', '  Order hooks '])(
    'refuses %j beside Order hooks, with its field',
    async (name) => {
      const id = await source()
      await called(id, 'Order hooks')
      const refused = await refusal(at, 'POST', '/api/destinations', make(id, name))
      expect(refused.status).toBe(409)
      expect(refused.problems.join()).toMatch(/^name: This source has a destination called/)
      const { html, status } = await at.post('/destinations', {
        source: id,
        integration: 'webhooks',
        name,
        'settings.urls': settings.urls,
      })
      expect(status).toBe(422)
      expect(html).toMatch(/id="name-error">This source has a destination called/)
    },
  )

  it('is not taken by renaming, and its own is no other’s', async () => {
    const id = await source()
    const [first, second] = [await called(id, 'First'), await called(id, 'Second')]
    expect(await refusal(at, 'PATCH', `/api/destinations/${second.id}`, { name: 'first' })).toMatchObject({
      status: 409,
    })
    const same = await ask<Made>(at, 'PATCH', `/api/destinations/${first.id}`, { name: 'FIRST', enabled: false })
    expect(same.destination.name).toBe('FIRST')
    await ask<Made>(at, 'PATCH', `/api/destinations/${second.id}`, { name: 'Second' })
  })

  it('is had by one of those who want it at the same moment', async () => {
    const id = await source()
    const all = await Promise.allSettled(Array.from({ length: 6 }, () => called(id, 'Mine')))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('a tool of the page', () => {
  const heap = (sourceId: string, more: object = {}) => ({
    sourceId,
    metadataId: 'heap',
    settings: { appId: '1' },
    ...more,
  })

  it.each(['python', 'node', 'pixel', 'swift'])('is not connected to a %s source without a word', async (platform) => {
    const id = await source(platform)
    const refused = await refusal(at, 'POST', '/api/destinations', heap(id))
    expect(refused.status).toBe(400)
    expect(refused.problems.join()).toMatch(/^anyway: Heap runs in web pages only, and this is a \w+ source\. Confirm/)
    const form = (await at.get(`/destinations/new?integration=heap&source=${id}`)).html
    expect(form).toContain('Heap runs in web pages only.')
    const fields = { source: id, integration: 'heap', 'settings.appId': '1', act: 'enable' }
    const asked = await at.post('/destinations', fields)
    expect(asked.status).toBe(422)
    expect(asked.html).toMatch(/id="anyway-error">It would get nothing/)
    expect((await at.post('/destinations', { ...fields, anyway: 'on' })).status).toBe(303)
  })

  it.each(['javascript', 'http-api'])('is connected to a %s source as ever', async (platform) => {
    const { destination } = await ask<Made>(at, 'POST', '/api/destinations', heap(await source(platform)))
    expect(destination.name).toBe('Heap')
  })

  it('is connected by the API when it says so', async () => {
    const body = heap(await source('python'), { anyway: true })
    expect((await ask<Made>(at, 'POST', '/api/destinations', body)).destination.name).toBe('Heap')
  })

  it('with a way through the cloud fits everywhere', async () => {
    const { slug, name } = await newIntegration(at, {
      kind: 'packaged',
      settings: [],
      device: { sdks: ['ios'], plugin: { type: 'bundle' } },
    })
    const body = { sourceId: await source('python'), metadataId: slug, settings: { apiKey: 'k' } }
    expect((await ask<Made>(at, 'POST', '/api/destinations', body)).destination.name).toBe(name)
  })

  it('is left out of the catalogue of a source that it does not fit, which says so', async () => {
    const id = await source('python')
    const { html } = await at.get(`/catalogue?source=${id}`)
    expect(html).not.toContain('>Heap')
    expect(html).toMatch(/\d+ integrations are left out: they run on devices that a source for Python does not have/)
    expect((await at.get(`/catalogue?source=${id}&q=heap`)).html).toContain('1 integration is left out: it runs')
    expect((await at.get(`/catalogue?source=${id}&all=1`)).html).toContain('Heap')
    expect((await at.get(`/catalogue?source=${await source('javascript')}`)).html).toContain('Heap')
    expect((await at.get('/destinations/new?integration=heap')).html).toContain('Does not fit')
  })
})

describe('when a change counts', () => {
  const OTHERS = /five minutes|15 seconds/

  it('is said of a tool of the page in one way everywhere', async () => {
    const { id } = await newSource(at)
    const form = await at.get(`/destinations/new?integration=heap&source=${id}`)
    const made = await at.post('/destinations', {
      source: id,
      integration: 'heap',
      'settings.appId': '1',
      act: 'enable',
    })
    const enabled = await at.get(made.location)
    const tool = made.location.split('?')[0] ?? ''
    const saved = await at.post(`${tool}/settings`, { name: 'Heap', 'settings.appId': '2' })
    const pages = [
      form,
      enabled,
      await at.get(saved.location),
      await at.get(`${tool}/test`),
      await at.get(`${tool}/disable`),
    ]
    for (const { html } of pages) {
      const main = html.slice(html.indexOf('<main'))
      expect(main).toContain('within a minute')
      expect(main).not.toMatch(OTHERS)
    }
  })

  it('is said of a webhook in one way everywhere', async () => {
    const { id } = await newSource(at)
    const { id: hook } = await newDestination(at, id)
    await at.post(`/destinations/${hook}/state`, { to: 'disable' })
    const enabled = await at.post(`/destinations/${hook}/state`, { to: 'enable' })
    for (const path of [
      enabled.location,
      `/destinations/new?integration=webhooks&source=${id}`,
      `/destinations/${hook}/disable`,
    ]) {
      const { html } = await at.get(path)
      expect(html).toContain('within 15 seconds')
      expect(html).not.toMatch(/within a minute|five minutes/)
    }
  })
})
