import { beforeAll, expect, it } from 'vitest'
import { operationsOf } from '../../../src/control/reference/curl.ts'
import type { OpenApi } from '../../../src/control/open-api.ts'
import { call } from '../world.ts'
import { type Rig, rig } from './rig.ts'

let at: Rig
let document: OpenApi

beforeAll(async () => {
  at = rig()
  document = (await call<OpenApi>(at, 'GET', '/api/openapi.json', undefined, {})).json
})

const plain = (html: string) =>
  html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')

it('has a place in the navigation, and leads to each operation, which is where it leads', async () => {
  const { html } = await at.get('/reference')
  expect(html).toMatch(/<a href="\/reference" aria-current="page">/)
  const links = [...html.matchAll(/href="(\/reference\/[\w-]+)#(\w+)"/g)].map(([, page = '', id = '']) => ({
    page,
    id,
  }))
  const ids = operationsOf(document).map(({ operation }) => operation.operationId)
  expect(links.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
  const pages = new Map<string, string>()
  for (const { page, id } of links) {
    if (!pages.has(page)) pages.set(page, (await at.get(page)).html)
    expect([id, pages.get(page)?.includes(` id="${id}"`)]).toEqual([id, true])
  }
  expect(pages.size).toBe(document.tags.length)
})

it('shows what an operation takes and asks for, and a call of this deployment to copy', async () => {
  const { html } = await at.get('/reference/destinations')
  const [, own = ''] = html.split(' id="createDestination"')
  const [card = ''] = own.split('</section>')
  expect(card).toContain('<code>destinations:write</code>')
  expect(card).toContain('Destination Created')
  expect(card).toContain('<code class="wrap">schedule.delaysSeconds</code>')
  expect(card).toContain('a whole number, 1 to 50')
  const call = /curl -X POST (\S+) \\\n {2}-H 'Authorization: Bearer <token>'/.exec(plain(card))
  expect(call?.[1]).toMatch(/^https?:\/\/[\w.]+\/api\/destinations$/)
  const body = document.paths['/api/destinations']?.post?.requestBody?.content['application/json']?.example
  expect(plain(card)).toContain(JSON.stringify(body, null, 2))
})

it('knows no other groups', async () => {
  expect((await at.get('/reference/nothing')).status).toBe(404)
})

it('is where the page of tokens leads', async () => {
  expect((await at.get('/tokens')).html).toContain('<a href="/reference">API</a>')
})
