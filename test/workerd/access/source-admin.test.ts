import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { newSource } from '../world.ts'
import { type Browser, freshPanel, invited, ORIGIN, ownerOf, type Page } from './browser.ts'

const at = freshPanel()

/** A source admin with one granted source, and another source of the same workspace. */
async function admin(): Promise<{ browser: Browser; granted: string; other: string }> {
  const owner = await ownerOf(at)
  const [granted, other] = [(await newSource(at)).id, (await newSource(at)).id]
  const slug = await env.DB.prepare('SELECT slug FROM sources WHERE id = ?').bind(granted).first<string>('slug')
  const { browser } = await invited(at, owner, 'source-admin', slug ?? '')
  return { browser, granted, other }
}

const post = (browser: Browser, path: string, type: string, body: string): Promise<Page> =>
  browser.send(path, { method: 'POST', body, headers: { Origin: ORIGIN, 'Content-Type': type } })

const destinationsOf = async (source: string) =>
  (await env.DB.prepare('SELECT id FROM destinations WHERE source_id = ?').bind(source).all()).results.length

it('makes a destination of a granted source, and of no other', async () => {
  const { browser, granted, other } = await admin()
  const body = (sourceId: string) =>
    JSON.stringify({ sourceId, metadataId: 'webhooks', settings: { urls: ['https://hooks.example.com/'] } })
  const made = async (source: string) =>
    (await post(browser, '/api/destinations', 'application/json', body(source))).status
  expect([await made(granted), await made(other)]).toEqual([201, 403])
})

it('gets nothing by JSON that can be read as a form of a granted source too', async () => {
  const { browser, granted, other } = await admin()
  const body = JSON.stringify({
    name: `x&sourceId=${granted}&y=`,
    sourceId: other,
    metadataId: 'webhooks',
    settings: { urls: ['https://hooks.example.com/'] },
  })
  const made = await post(browser, '/api/destinations', 'application/x-www-form-urlencoded', body)
  expect([made.status, await destinationsOf(other)]).toEqual([403, 0])
})

it('gets nothing by a form that can be read as JSON of a granted source too', async () => {
  const { browser, granted, other } = await admin()
  const form = `source=${other}&integration=webhooks&settings.urls=https%3A%2F%2Fhooks.example.com%2F&act=save`
  const body = JSON.stringify({ source: granted, more: `&${form}&z=` })
  const made = await post(browser, '/destinations', 'application/x-www-form-urlencoded; as=json', body)
  expect([made.status, await destinationsOf(other)]).toEqual([403, 0])
})

it('is told where it may do nothing before it fills in a form, by a page that leads on', async () => {
  const { browser, granted, other } = await admin()
  for (const path of [
    '/sources/new',
    '/tokens',
    `/sources/${other}/delete`,
    `/destinations/new?integration=webhooks&source=${other}`,
  ]) {
    const { status, html } = await browser.get(path)
    expect([path, status]).toEqual([path, 403])
    expect(html).toContain('<nav class="nav"')
    expect(html).toContain('href="/sources"')
    expect(html).not.toMatch(/\w+:(?:read|write)/)
  }
  expect((await browser.get('/tokens')).html).toContain('This takes the role owner; yours is source admin.')
  // What it may do stands where it was.
  expect((await browser.get(`/destinations/new?integration=webhooks&source=${granted}`)).status).toBe(200)
  expect((await browser.get(`/sources/${granted}/delete`)).status).toBe(200)
  const pick = (await browser.get('/destinations/new?integration=webhooks')).html
  expect(pick).toContain(`source=${granted}"`)
  expect(pick).not.toContain(`source=${other}"`)
})
