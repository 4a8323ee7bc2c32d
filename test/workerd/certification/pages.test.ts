import { afterEach, describe, expect, it, vi } from 'vitest'
import { Browser, freshPanel, ownerOf } from '../access/browser.ts'
import { ask, newCertification, newIntegration } from '../api/client.ts'
import { goodEndpoint } from './endpoint.ts'

const KEY = 'key-of-a-customer-made-for-this'
const at = freshPanel()
const partner = (facts: object = {}) =>
  newIntegration(at, { supportedMethods: ['identify', 'track'], rate: 1_000, ...facts })

afterEach(() => void vi.restoreAllMocks())

describe('the pages of a certification', () => {
  it('begin a run, show how it ended, and each check by its number', async () => {
    goodEndpoint('another-key')
    const owner = await ownerOf(at)
    const { id } = await partner()
    const path = `/integrations/${id}/certifications`
    const refused = await owner.post(path, { 'settings.apiKey': '' })
    expect([refused.status, refused.html.includes('id="setting-apiKey-error"')]).toEqual([422, true])
    const begun = await owner.post(path, { 'settings.apiKey': KEY })
    expect(begun.status).toBe(303)
    const run = begun.location.replace(/\?.*/, '')
    const ended = await vi.waitFor(
      async () => {
        const page = await owner.get(run)
        expect(page.html).toContain('Not certified')
        return page
      },
      { timeout: 15_000, interval: 100 },
    )
    expect(ended.html).toContain('Answer 200 when an event is processed')
    const check = await owner.get(`${run}/C103`)
    expect([check.status, check.html.includes('This key is not valid.')]).toEqual([200, true])
    expect(check.html).not.toContain(KEY)
    expect((await owner.get(`${run}/C999`)).status).toBe(404)
    expect((await owner.get(path)).html).toContain(`href="${run}"`)
  })

  it('have a certificate for whoever has its link, without a word of what was sent', async () => {
    goodEndpoint(KEY)
    const { id, name } = await partner()
    const run = await newCertification(at, id, { apiKey: KEY })
    const stranger = new Browser(at)
    const page = await stranger.get(`/certificates/${run}`)
    expect(page.status).toBe(200)
    expect(page.html).toContain(`Certificate of ${name}`)
    expect(page.html).toContain('Certified')
    expect(page.html).not.toMatch(/partner\.example\.com|This key is not valid|src_certification/)
    await ask(at, 'PATCH', `/api/integrations/${id}`, { rate: 7 })
    const later = await stranger.get(`/certificates/${run}`)
    expect(later.html).toContain('What was certified has changed since.')
    expect((await stranger.get('/certificates/cert_of_nobody')).status).toBe(404)
  })

  it('are reached from the page of what the workspace has made', async () => {
    const owner = await ownerOf(at)
    const { id } = await partner()
    const { html } = await owner.get(`/integrations/${id}`)
    expect(html).toContain(`href="/integrations/${id}/certifications"`)
    expect(html).toContain(`href="/integrations/${id}/console"`)
  })
})

describe('the console', () => {
  it('shows what was sent and what came, of a call and of what is odd about one', async () => {
    goodEndpoint(KEY)
    const owner = await ownerOf(at)
    const { id } = await partner({ settings: [{ name: 'region', label: 'Region', type: 'string' }] })
    const path = `/integrations/${id}/console`
    const send = (call: string) => owner.post(path, { call, 'settings.apiKey': KEY, 'settings.region': 'eu' })
    const good = await send('track')
    expect([good.status, good.html.includes('Order Completed')]).toEqual([200, true])
    expect(good.html).not.toContain(KEY)
    expect((await send('wrong-key')).html).toContain('This key is not valid.')
    expect((await send('twice')).html).toContain('Request 2 of 2')
    expect((await send('no-such-call')).status).toBe(422)
  })

  it('does the same by the API, and hides what an endpoint says again', async () => {
    vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) =>
      Promise.resolve(Response.json({ got: init?.headers, key: KEY }, { headers: { 'x-key': KEY } })),
    )
    const { id } = await partner()
    const body = { call: 'identify', settings: { apiKey: KEY } }
    const said = await ask<{ exchanges: unknown[] }>(at, 'POST', `/api/integrations/${id}/test-calls`, body)
    expect(said.exchanges).toMatchObject([{ reply: { status: 200, headers: { 'x-key': '(hidden)' } } }])
    expect(JSON.stringify(said)).not.toContain(KEY)
    expect(JSON.stringify(said)).not.toContain(btoa(`${KEY}:`))
  })
})
