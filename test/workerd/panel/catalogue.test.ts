import { describe, expect, it } from 'vitest'
import { BUILT_IN, takenBy } from '../../../src/integrations/index.ts'
import { ask, newIntegration } from '../api/client.ts'
import { rig } from './rig.ts'

const at = rig()
const tools = BUILT_IN.filter(({ kind }) => kind === 'packaged')

describe('the tools that come with the platform', () => {
  it('each say what they do, in a sentence of their own', () => {
    expect(tools).toHaveLength(25)
    const sentences = tools.map(({ description }) => description)
    expect(new Set(sentences).size).toBe(tools.length)
    for (const sentence of sentences) {
      expect(sentence.length).toBeGreaterThan(40)
      expect(sentence).not.toContain('the browser SDK loads it')
    }
    for (const { title = '' } of tools) expect(title).not.toMatch(/^$|Actions|Mode|Web$/)
    // Devices know them by what they were always called.
    expect(tools.map(({ name }) => name)).toContain('Heap Web (Actions)')
  })

  it('are shown by the names that people know', async () => {
    const { html } = await at.get('/catalogue')
    expect(html.slice(html.indexOf('<main'))).not.toMatch(/\(Actions\)|the browser SDK loads it/)
    const entry = (await at.get('/catalogue/heap')).html
    expect(entry).toContain('<h1>Heap</h1>')
    expect(entry).toContain('Heap Web (Actions)')
  })

  it.each(tools.map((one) => [one.slug, one] as const))('%s says which events it gets', async (slug, tool) => {
    const { html } = await at.get(`/catalogue/${slug}`)
    const { plugin } = tool.device ?? { plugin: undefined }
    if (plugin?.type !== 'remote') throw new Error('no plugin')
    for (const { name } of plugin.subscriptions ?? []) expect(html).toContain(name)
    expect(html.includes('It takes no track calls.')).toBe(!tool.supports.includes('track'))
  })

  it('without track calls are known as such', () => {
    const without = tools.filter(({ supports }) => !supports.includes('track')).map(({ slug }) => slug)
    expect(without).toEqual(['braze-cloud-plugins', 'google-analytics-4-web', 'sabil', 'upollo'])
  })
})

describe('the categories of an integration', () => {
  const inApi = async (slug: string) => {
    const path = `/api/catalog/destinations/${slug}`
    return (await ask<{ destinationMetadata: { categories: string[] } }>(at, 'GET', path)).destinationMetadata
      .categories
  }

  it.each([
    ['webhooks', ['Raw Data']],
    ['heap', ['Analytics']],
    ['braze-cloud-plugins', ['Marketing Automation']],
    ['hubspot-web', ['CRM']],
  ])('%s is found under %j', async (slug, categories) => expect(await inApi(slug)).toEqual(categories))

  it('are the same in the API and on its page, a partner’s among them', async () => {
    const { slug } = await newIntegration(at)
    expect(await inApi(slug)).toEqual(['Partners'])
    for (const one of [...BUILT_IN.map((built) => built.slug), slug]) {
      const [category = ''] = await inApi(one)
      const { html } = await at.get(`/catalogue/${one}`)
      expect(html).toMatch(new RegExp(`<dt>Category</dt><dd[^>]*>${category.replace('&', '&amp;')}</dd>`))
    }
  })

  it('narrow the catalogue down', async () => {
    const { html } = await at.get('/catalogue?category=CRM')
    expect(html).toContain('href="/catalogue/hubspot-web"')
    expect(html).not.toContain('href="/catalogue/heap"')
  })
})

it.each([
  ['type = "page" or type = "identify"', [{ type: 'page' }, { type: 'identify' }]],
  ['type = "track" and event = "Signed Up"', [{ type: 'track', only: ['Signed Up'] }]],
  ['type = "track" and event != "Signed Out"', [{ type: 'track', but: ['Signed Out'] }]],
  // A name of an event alone is that of a track.
  ['event = "Order Completed"', [{ type: 'track', only: ['Order Completed'] }]],
  ['type="group"', [{ type: 'group' }]],
  ['userId != null', []],
  ['type = "dance"', []],
])('%s', (subscribe, taken) => {
  expect(takenBy({ subscribe })).toEqual(taken.map((one) => ({ only: [], but: [], ...one })))
})
