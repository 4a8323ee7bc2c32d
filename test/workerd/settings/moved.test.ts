import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { ask, type DestinationReply, newDestination, newIntegration, refusal } from '../api/client.ts'
import { rig } from '../panel/rig.ts'
import { call, freshPlatform, newSource } from '../world.ts'

const at = freshPlatform()
const local = rig({ overrides: { ALLOW_LOCAL_DESTINATIONS: '1' } })
const url = 'https://hooks.example.com/in'
const HEADERS = { Authorization: 'Bearer very-secret-partner-key', 'X-Team': 'growth' }
const sharedSecret = 'a-word-that-can-be-guessed'
const signingSecret = `whsec_${btoa('signing-secret-of-32-bytes-exact')}`
let sourceId = ''

beforeAll(async () => {
  sourceId = (await newSource(at)).id
})
afterEach(() => void vi.restoreAllMocks())

const make = (settings: Record<string, unknown>) => newDestination(at, sourceId, { urls: [url], ...settings })
const patch = async (id: string, settings: unknown) => {
  const body = { settings }
  return (await ask<{ destination: DestinationReply }>(at, 'PATCH', `/api/destinations/${id}`, body)).destination
}

describe('an address of another place wants its secrets anew', () => {
  it.each([
    ['another host', ['https://evil.example.net/in']],
    ['another port', ['https://hooks.example.com:8443/in']],
    ['a host below', ['https://a.hooks.example.com/in']],
    ['one beside the old one', [url, 'https://evil.example.net/in']],
    ['one before the old one', ['https://evil.example.net/in', url]],
    ['a host with the old one in it', ['https://hooks.example.com.evil.example.net/in']],
    ['a host after an @ that is none', ['https://evil.example.net/@hooks.example.com/in']],
    ['full-width letters', ['https://ｅvil.example.net/']],
  ])('%s', async (_, urls) => {
    const { id, settings } = await make({ headers: HEADERS, sharedSecret, signingSecret })
    const tries: Record<string, unknown>[] = [
      { urls },
      { urls, headers: settings.headers },
      { urls, headers: { ...HEADERS, Authorization: '••••••••' }, sharedSecret },
      { urls, sharedSecret: settings.sharedSecret, headers: {} },
    ]
    for (const settings of tries) {
      const { status, problems } = await refusal(at, 'PATCH', `/api/destinations/${id}`, { settings })
      expect([status, problems.length > 0]).toEqual([400, true])
      expect(problems.join()).toMatch(/settings\.(?:headers|sharedSecret): https:.* is another place than what is kept/)
      expect(problems.join()).not.toContain('very-secret')
    }
    // Nothing of it was saved, and so nothing is sent there.
    const asked: string[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((input) => {
      asked.push(new URL(input instanceof Request ? input.url : String(input)).origin)
      return Promise.resolve(new Response('ok'))
    })
    await ask(at, 'POST', `/api/destinations/${id}/test`)
    expect(asked).toEqual(['https://hooks.example.com'])
  })

  it('names the fields and what is missing in them', async () => {
    const { id } = await make({ headers: HEADERS, sharedSecret })
    const body = {
      settings: { urls: ['https://new.example.com/in'], headers: { 'X-Team': 'b', Authorization: '••••••••' } },
    }
    expect((await refusal(at, 'PATCH', `/api/destinations/${id}`, body)).problems).toEqual([
      'settings.headers: https://new.example.com is another place than what is kept was given for: give Authorization anew, or remove it.',
      'settings.sharedSecret: https://new.example.com is another place than what is kept was given for: give Shared secret anew, or remove it.',
    ])
  })

  it('and takes the move with them, the same ones too, or without any', async () => {
    const { id } = await make({ headers: HEADERS, sharedSecret, signingSecret })
    const urls = ['https://new.example.com/in']
    const moved = await patch(id, { urls, headers: HEADERS, sharedSecret })
    expect(moved.settings).toMatchObject({ urls, signingSecret: expect.stringMatching(/^•/) as unknown })
    const again = await patch(id, { urls: [url], headers: null, sharedSecret: null })
    expect(Object.keys(again.settings).toSorted()).toEqual(['signingSecret', 'urls'])
  })

  it('but not one of the same place, nor fewer, nor in another order', async () => {
    const second = 'https://b.example.com/in'
    const { id } = await make({ urls: [url, second], headers: HEADERS })
    await patch(id, { urls: [second, 'https://hooks.example.com/other?a=1'] })
    await patch(id, { urls: [second] })
    expect((await refusal(at, 'PATCH', `/api/destinations/${id}`, { settings: { urls: [url] } })).status).toBe(400)
  })

  it('over another scheme, in the local run', async () => {
    const { id } = await newDestination(local, sourceId, { urls: ['https://localhost:4000/in'], headers: HEADERS })
    const body = { settings: { urls: ['http://localhost:4000/in'] } }
    expect((await refusal(local, 'PATCH', `/api/destinations/${id}`, body)).status).toBe(400)
  })

  it('in the form too, beside the fields', async () => {
    const { id } = await make({ headers: HEADERS })
    const page = await rig().post(`/destinations/${id}/settings`, {
      name: `Webhooks ${id}`,
      'settings.urls': 'https://evil.example.net/in',
      'settings.headers.key': Object.keys(HEADERS),
      'settings.headers.value': ['', ''],
      schedule: 'segment-4h',
      concurrency: '4',
    })
    expect(page.status).toBe(422)
    expect(page.html).toContain('give Authorization, X-Team anew, or remove it.')
    expect(page.html).not.toContain('very-secret')
  })
})

describe('an integration’s endpoint', () => {
  const move = (id: string, endpoint: string) => call(at, 'PATCH', `/api/integrations/${id}`, { endpoint })

  it.each(['https://evil.example.net/in', 'https://partner.example.com:8443/in', 'https://x.partner.example.com/in'])(
    'does not move to %s while destinations keep keys',
    async (endpoint) => {
      const { id } = await newIntegration(at)
      const destination = await newDestination(at, sourceId, { apiKey: 'customers-api-key' }, id)
      expect(await refusal(at, 'PATCH', `/api/integrations/${id}`, { endpoint, rate: 5 })).toEqual({
        status: 409,
        type: 'conflict',
        problems: [
          'endpoint: The keys of 1 destination were given for https://partner.example.com, and are not sent anywhere else. Delete it first, or make another integration for the new endpoint.',
        ],
      })
      const row = await env.DB.prepare('SELECT endpoint, rate FROM integrations WHERE id = ?').bind(id).first()
      expect(row).toEqual({ endpoint: 'https://partner.example.com/in', rate: null })
      expect((await move(id, 'https://partner.example.com/v2')).status).toBe(200)
      await ask(at, 'DELETE', `/api/destinations/${destination.id}`)
      expect((await move(id, endpoint)).status).toBe(200)
    },
  )
})

describe('two changes of one integration at once', () => {
  it('lose none', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await newIntegration(at)
      const changes = [
        { settings: [{ name: 'region', label: 'Region', type: 'string' }] },
        { endpoint: 'https://partner.example.com/v2' },
        { rate: 7 },
        { description: 'New' },
        { supportedMethods: ['track'] },
      ]
      const done = await Promise.all(changes.map((body) => call(at, 'PATCH', `/api/integrations/${id}`, body)))
      expect(done.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      const row = await env.DB.prepare('SELECT * FROM integrations WHERE id = ?').bind(id).first()
      expect(row).toMatchObject({ endpoint: 'https://partner.example.com/v2', rate: 7, description: 'New' })
      expect(row).toMatchObject({ supports: '["track"]', version: 6 })
      expect(JSON.parse(String(row?.fields))).toMatchObject([{ name: 'apiKey' }, { name: 'region' }])
    }
  })
})

describe('a field called like something that every object has', () => {
  const NAMES = [
    'constructor',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'isPrototypeOf',
    'toLocaleString',
    'propertyIsEnumerable',
  ]

  it.each(NAMES)('%s, a setting like any other', async (name) => {
    const fields = [
      { name, label: 'Peculiar', type: 'string' },
      { name: `${name}2`, label: 'Secret', type: 'secret' },
    ]
    const { id } = await newIntegration(at, { settings: fields })
    const without = await newDestination(at, sourceId, { apiKey: 'k' }, id)
    expect(without.settings).toEqual({ apiKey: '••••••••' })
    const given = await newDestination(at, sourceId, { apiKey: 'k', [name]: 'EU', [`${name}2`]: 's' }, id)
    expect(Object.entries(given.settings)).toEqual(
      expect.arrayContaining([
        [name, 'EU'],
        [`${name}2`, '••••••••'],
      ]),
    )
    const changed = await patch(given.id, { [name]: 'US', [`${name}2`]: '••••••••' })
    expect(Object.entries(changed.settings)).toContainEqual([name, 'US'])
    const posted: Headers[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
      posted.push(new Headers(init?.headers))
      return Promise.resolve(new Response('ok'))
    })
    await ask(at, 'POST', `/api/destinations/${given.id}/test`)
    const sent = JSON.parse(atob(posted[0]?.get('x-segment-settings') ?? '')) as object
    expect(Object.entries(sent)).toEqual(
      expect.arrayContaining([
        [name, 'US'],
        [`${name}2`, 's'],
      ]),
    )
    for (const path of ['', '/settings', '/test']) {
      const { status } = await rig().get(`/destinations/${given.id}${path}`)
      expect([path, status]).toEqual([path, 200])
    }
  })

  it.each([...NAMES, '__proto__', 'prototype'])('%s, of which there is none', async (name) => {
    const body = JSON.parse(`{"settings":{"urls":["${url}"],${JSON.stringify(name)}:"x"}}`) as object
    const { id } = await make({})
    expect((await refusal(at, 'PATCH', `/api/destinations/${id}`, body)).problems).toEqual([
      `settings.${name}: There is no such setting.`,
    ])
  })
})
