import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { freshPlatform, newSource } from '../world.ts'
import { newDestination, refusal } from './client.ts'

const at = freshPlatform()
const local = freshPlatform({ env: { ALLOW_LOCAL_DESTINATIONS: '1', LOCAL_PORT: '8787' } })
const fetches = vi.spyOn(globalThis, 'fetch')
let sourceId = ''

beforeAll(async () => {
  sourceId = (await newSource(at)).id
})
beforeEach(() => {
  fetches.mockReset().mockRejectedValue(new Error('no request may be made'))
})

const rows = async () =>
  env.DB.prepare('SELECT count(*) AS n FROM destinations WHERE source_id = ?').bind(sourceId).first<number>('n')

describe('an address is refused where it stands, when it is saved', () => {
  it.each<[string, string]>([
    ['http://hooks.example.com/', 'must begin with https://.'],
    ['ftp://hooks.example.com/', 'must begin with https://.'],
    ['https://key@hooks.example.com/', 'must not carry a user name or password; use a header instead.'],
    ['https://169.254.169.254/latest/meta-data/', 'must be a public host'],
    ['https://10.0.0.1/', 'must be a public host'],
    ['https://2130706433/', 'must be a public host'],
    ['https://0x7f.1/', 'must be a public host'],
    ['https://[::1]/', 'must be a public host'],
    ['https://[::ffff:7f00:1]/', 'must be a public host'],
    ['https://[64:ff9b::7f00:1]/', 'must be a public host'],
    ['https://localhost/', 'must be a public host'],
    ['https://metadata.google.internal/', 'must be a public host'],
    ['hooks.example.com', 'is not a URL.'],
  ])('%s', async (url, why) => {
    const before = await rows()
    const body = { sourceId, metadataId: 'webhooks', settings: { urls: [url] } }
    expect(await refusal(at, 'POST', '/api/destinations', body)).toEqual({
      status: 400,
      type: 'bad-request',
      problems: [expect.stringMatching(`^settings\\.urls\\.0: The address ${why.replace('.', '\\.')}`)],
    })
    expect(await rows()).toBe(before)
    const { id } = await newDestination(at, sourceId)
    const settings = { urls: ['https://hooks.example.com/', url] }
    const { status, problems } = await refusal(at, 'PATCH', `/api/destinations/${id}`, { settings })
    expect([status, problems]).toEqual([400, [expect.stringContaining(`settings.urls.1: The address ${why}`)]])
    expect(fetches).not.toHaveBeenCalled()
  })
})

describe('the local run', () => {
  it.each(['http://localhost:4000/in', 'http://127.0.0.1:4000/in', 'https://[::1]:4000/in'])(
    'saves %s',
    async (url) => {
      expect((await newDestination(local, sourceId, { urls: [url] })).settings).toEqual({ urls: [url] })
      expect(fetches).not.toHaveBeenCalled()
    },
  )

  it.each(['http://10.0.0.1/', 'https://192.168.0.1/', 'http://169.254.169.254/', 'http://hooks.example.com/'])(
    'refuses %s',
    async (url) => {
      const body = { sourceId, metadataId: 'webhooks', settings: { urls: [url] } }
      expect((await refusal(local, 'POST', '/api/destinations', body)).problems).toEqual([
        expect.stringContaining('settings.urls.0: The address '),
      ])
      expect(fetches).not.toHaveBeenCalled()
    },
  )

  // Whatever its name, and what local runtimes answer about themselves on any port.
  it.each<[string, string]>([
    ['http://localhost:8787/v1/track', 'is the platform’s own'],
    ['http://LOCALHOST.:8787/', 'is the platform’s own'],
    ['https://localhost:8787/', 'is the platform’s own'],
    ['http://127.0.0.1:8787/', 'is the platform’s own'],
    ['http://127.1.2.3:8787/', 'is the platform’s own'],
    ['http://127.1:08787/', 'is the platform’s own'],
    ['http://2130706433:8787/', 'is the platform’s own'],
    ['http://0x7f.1:8787/', 'is the platform’s own'],
    ['http://0177.0.0.1:8787/', 'is the platform’s own'],
    ['http://[::1]:8787/', 'is the platform’s own'],
    ['http://[0:0:0:0:0:0:0:1]:8787/', 'is the platform’s own'],
    ['http://[::ffff:127.0.0.1]:8787/', 'must begin with https'],
    ['http://0.0.0.0:8787/', 'must begin with https'],
    ['http://foo.localhost:8787/', 'must begin with https'],
    ['http://localhost:9000/cdn-cgi/local/explorer/api/d1/database/DB/raw', 'belongs to a local runtime'],
    ['http://localhost:9000/cdn-cgi', 'belongs to a local runtime'],
    ['http://localhost:9000/a/../cdn-cgi/x', 'belongs to a local runtime'],
    ['http://localhost:9000//CDN-CGI/x', 'belongs to a local runtime'],
    ['http://localhost:9000/%63dn-cgi/x', 'belongs to a local runtime'],
    ['http://localhost:9000\\cdn-cgi\\x', 'belongs to a local runtime'],
  ])('refuses itself: %s', async (url, why) => {
    const body = { sourceId, metadataId: 'webhooks', settings: { urls: [url] } }
    expect((await refusal(local, 'POST', '/api/destinations', body)).problems).toEqual([
      expect.stringContaining(`settings.urls.0: The address ${why}`),
    ])
    expect(fetches).not.toHaveBeenCalled()
  })

  it.each(['http://localhost:9000/cdn-cgi-like', 'http://localhost:9000/x/cdn-cgi/', 'http://localhost:878/'])(
    'is not afraid of %s',
    async (url) => {
      expect((await newDestination(local, sourceId, { urls: [url] })).settings).toEqual({ urls: [url] })
    },
  )

  it('refuses itself as a partner’s endpoint', async () => {
    const body = { name: 'Own', slug: 'own', endpoint: 'http://127.0.0.1:8787/v1/track' }
    const { status, problems } = await refusal(local, 'POST', '/api/integrations', body)
    expect([status, problems]).toEqual([400, [expect.stringContaining('is the platform’s own')]])
  })
})
