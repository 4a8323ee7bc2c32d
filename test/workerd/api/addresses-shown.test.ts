import { createHash } from 'node:crypto'
import { env } from 'cloudflare:workers'
import { afterEach, expect, it, vi } from 'vitest'
import { rig } from '../panel/rig.ts'
import { ADMIN, call, freshPlatform, newSource, send } from '../world.ts'
import { ask, type DestinationReply, newDestination, newIntegration, refusal } from './client.ts'

const at = freshPlatform()
/** Each in another part of an address. */
const KEYS = ['T0PATHKEY8f2c41', 'queryKey77aa90b1', 'fragmentKey5c5c5c']
const URL_WITH_KEYS = `https://hooks.example.com/services/${KEYS[0]}/in?token=${KEYS[1]}#${KEYS[2]}`

afterEach(() => void vi.restoreAllMocks())

async function tokenOf(scope: string): Promise<Record<string, string>> {
  const token = `token-${crypto.randomUUID()}`
  const hash = createHash('sha256').update(token).digest('hex')
  await env.DB.prepare(
    "INSERT INTO api_tokens (hash, id, workspace_id, name, scope, created_at) VALUES (?, ?, 'ws_first', 'test', ?, 0)",
  )
    .bind(hash, `tok_${token.slice(6, 14)}`, scope)
    .run()
  return { Authorization: `Bearer ${token}` }
}

it('is whole for who may change it, and for nobody else beyond its host', async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
    const url = input instanceof Request ? input.url : String(input)
    // A receiver that repeats what it was asked.
    return Promise.resolve(new Response(`no ${url}`, { status: 400, headers: { 'x-asked': new URL(url).pathname } }))
  })
  const source = await newSource(at)
  const { id } = await newDestination(at, source.id, { urls: [URL_WITH_KEYS] })
  const partner = await newIntegration(at, { endpoint: `https://partner.example.com/${KEYS[0]}` })
  const direct = await newDestination(at, source.id, { apiKey: 'k' }, partner.id)
  await ask(at, 'PATCH', `/api/destinations/${id}`, { settings: { urls: [`${URL_WITH_KEYS}2`] } })
  const body = JSON.stringify({ writeKey: source.writeKey, userId: 'u', event: 'E', messageId: 'shown' })
  await send(at, '/v1/track', { body })
  for (const one of [id, direct.id]) {
    await vi.waitFor(
      async () =>
        expect(await ask(at, 'GET', `/api/destinations/${one}/ledger`)).toMatchObject({ ledger: { dead: 1 } }),
      { timeout: 15_000 },
    )
  }

  const reader = await tokenOf('read-only')
  const paths = [id, direct.id].flatMap((one) =>
    ['', '/delivery-metrics?period=24h', '/dead-letters'].map((rest) => `/api/destinations/${one}${rest}`),
  )
  paths.push('/api/destinations?pagination[count]=200', `/api/sources/${source.id}/connected-destinations`)
  paths.push(
    '/api/audit-events?pagination[count]=200',
    '/api/catalog/destinations',
    `/api/catalog/destinations/${partner.id}`,
  )
  paths.push('/api/events/shown')
  for (const path of paths) {
    const { status, json } = await call(at, 'GET', path, undefined, path.startsWith('/api/audit') ? ADMIN : reader)
    expect([path, status]).toEqual([path, 200])
    for (const key of KEYS) expect([path, key, JSON.stringify(json).includes(key)]).toEqual([path, key, false])
  }
  const pages = rig({ role: 'read-only' })
  for (const path of [
    `/destinations/${id}`,
    `/destinations/${id}/settings`,
    `/destinations/${direct.id}`,
    '/audit',
    '/destinations',
    `/catalogue/${partner.slug}`,
  ]) {
    const { status, html } = await pages.get(path)
    expect([path, status]).toEqual([path, 200])
    for (const key of KEYS) expect([path, key, html.includes(key)]).toEqual([path, key, false])
  }

  const { destination } = await ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${id}`)
  expect(destination.settings.urls).toEqual([`${URL_WITH_KEYS}2`])
  const shown = await ask<{ destination: DestinationReply }>(at, 'GET', `/api/destinations/${id}`, undefined, reader)
  expect(shown.destination.settings.urls).toEqual([`https://hooks.example.com/••••••••${`${KEYS[2]}2`.slice(-4)}`])

  // What a reader was shown and a writer sends means what is there; anything else hidden is no address.
  const settings = { urls: [...(shown.destination.settings.urls as string[]), 'https://hooks.example.com/second'] }
  const changed = await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, { settings })
  expect(changed.destination.settings.urls).toEqual([`${URL_WITH_KEYS}2`, 'https://hooks.example.com/second'])
  for (const url of ['https://hooks.example.com/••••••••zzzz', 'https://other.example.com/••••••••5c5c']) {
    const wrong = { settings: { urls: [url] } }
    expect((await refusal(at, 'PATCH', `/api/destinations/${id}`, wrong)).problems).toEqual([
      'settings.urls.0: The address is hidden in part: give it whole.',
    ])
  }
  const endpoint = { endpoint: 'https://partner.example.com/••••••••' }
  expect((await refusal(at, 'PATCH', `/api/integrations/${partner.id}`, endpoint)).problems).toEqual([
    'endpoint: It is hidden in part: give it whole.',
  ])
})

it('of two that look alike is the one in its place, and a change of one is seen in the trail', async () => {
  const source = await newSource(at)
  const urls = [
    'https://hooks.example.com/aaaaaaaaaaaaaaaaaaaa-same',
    'https://hooks.example.com/bbbbbbbbbbbbbbbbbbbb-same',
  ]
  const { id } = await newDestination(at, source.id, { urls })
  const masked = 'https://hooks.example.com/••••••••same'
  const kept = await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, {
    settings: { urls: [masked, masked] },
  })
  expect(kept.destination.settings.urls).toEqual(urls)
  await ask(at, 'PATCH', `/api/destinations/${id}`, { settings: { urls: [urls[1]] } })
  await ask(at, 'PATCH', `/api/destinations/${id}`, { settings: { urls: [urls[0]] } })
  const { events } = await ask<{ events: { resourceId: string; before: object; after: object }[] }>(
    at,
    'GET',
    '/api/audit-events',
    undefined,
    ADMIN,
  )
  const last = events.find(({ resourceId }) => resourceId === id)
  expect(last?.before).toEqual({
    settings: { urls: [expect.stringMatching(/^https:\/\/hooks\.example\.com\/•{8}same \([0-9a-f]{8}\)$/)] },
  })
  expect(last?.after).not.toEqual(last?.before)
})
