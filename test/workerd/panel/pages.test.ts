import { cursorOf } from '../../../src/settings/index.ts'
import { beforeAll, describe, expect, it } from 'vitest'
import { newIntegration, newDestination } from '../api/client.ts'
import { newSource } from '../world.ts'
import { type Rig, rig } from './rig.ts'

let at: Rig
let source: string
let destination: string

beforeAll(async () => {
  at = rig()
  source = (await newSource(at)).id
  destination = (await newDestination(at, source)).id
})

const PATHS = [
  '/',
  '/sources',
  '/sources?q=nothing-like-this',
  '/sources/new',
  '/sources/:source',
  '/sources/:source/setup',
  '/sources/:source/setup?platform=javascript',
  '/sources/:source/settings',
  '/sources/:source/delete',
  '/catalogue',
  '/catalogue?q=web&kind=webhook',
  '/catalogue/webhooks',
  '/destinations',
  '/destinations/new?integration=webhooks',
  '/destinations/new?integration=webhooks&source=:source',
  '/destinations/:destination',
  '/destinations/:destination/settings',
  '/destinations/:destination/test?type=identify',
  '/destinations/:destination/disable',
  '/destinations/:destination/delete',
  '/reference',
  '/reference/destinations',
  '/design',
]

const real = (path: string) => path.replace(':source', source).replace(':destination', destination)

describe('every page', () => {
  it.each(PATHS)('%s', async (path) => {
    const { status, html, headers } = await at.get(real(path))
    expect(status).toBe(200)
    expect(html).toMatch(/^<!DOCTYPE html>/i)
    expect(html.match(/<h1/g)).toHaveLength(1)
    // Nothing inline: the policy would stop it.
    expect(html).not.toMatch(/<style|<script(?![^>]* src=)|\sstyle="|\son[a-z]+="|javascript:/)
    expect(headers.get('content-security-policy')).toMatch(/default-src 'self'/)
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe/)
    // Works without scripts: every form says where it goes.
    for (const [form] of html.matchAll(/<form[^>]*>/g)) expect(form).toMatch(/ action="\//)
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

describe('somebody who may only read', () => {
  it.each([
    '/sources',
    '/sources/:source',
    '/sources/:source/settings',
    '/destinations/:destination',
    '/destinations/:destination/settings',
    '/destinations/:destination/test',
    '/catalogue/webhooks',
  ])('is offered nothing to change on %s', async (path) => {
    const { status, html } = await rig({ role: 'read-only' }).get(real(path))
    expect(status).toBe(200)
    expect(html).not.toMatch(/button-main|button-danger/)
  })
})

describe('what is not here', () => {
  it.each([
    '/nothing',
    '/sources/src_nothing',
    '/destinations/dst_nothing',
    '/destinations/dst_nothing/test',
    '/catalogue/nothing',
    '/people/usr_nothing',
    '/destinations/new?integration=nothing',
  ])('%s says so, and leads on', async (path) => {
    const { status, html } = await at.get(path)
    expect(status).toBe(404)
    expect(html).toContain('Go to the overview')
  })

  it('is what belongs to another workspace', async () => {
    const other = rig({ workspaceId: 'ws_other' })
    for (const path of [
      `/sources/${source}`,
      `/destinations/${destination}`,
      `/destinations/new?integration=webhooks&source=${source}`,
    ]) {
      expect((await other.get(path)).status).toBe(404)
    }
    expect((await other.post(`/destinations/${destination}/test`, { event: '{}' })).status).toBe(404)
    expect((await other.post(`/sources/${source}/delete`, { confirm: 'x' })).status).toBe(404)
  })
})

describe('the catalogue', () => {
  it('finds by name, kind and category, and says when there is nothing', async () => {
    const { slug } = await newIntegration(at, { name: 'Acme Insights', description: 'Sees <everything>.' })
    expect((await at.get('/catalogue?q=acme')).html).toContain('Sees &lt;everything&gt;.')
    expect((await at.get('/catalogue?kind=webhook')).html).not.toContain('Acme Insights')
    expect((await at.get('/catalogue?category=Partners')).html).toContain('Acme Insights')
    expect((await at.get('/catalogue?q=zzz')).html).toContain('Nothing like this')
    expect((await at.get(`/catalogue/${slug}`)).html).toContain('API key')
  })
})

it('remembers light or dark', async () => {
  const { status, headers } = await at.post('/theme', { theme: 'dark' })
  expect(status).toBe(303)
  const cookie = headers.get('set-cookie')?.split(';')[0] ?? ''
  expect((await at.get('/', { Cookie: cookie })).html).toContain('data-theme="dark"')
  expect((await at.get('/')).html).toContain('data-theme="auto"')
})

it('a page beyond the end of a list leads back', async () => {
  const { html } = await at.get(`/sources?page=${cursorOf({ after: [0, ''] })}`)
  expect(html).toContain('No more sources')
  expect(html).toContain('rel="prev"')
})

it.each(['nothing-like-this', 'constructor', '__proto__'])('nothing is said of what has no words: %s', async (said) => {
  const { status, html } = await at.get(`/sources?said=${said}`)
  expect([status, html.includes('class="notice')]).toEqual([200, false])
})
