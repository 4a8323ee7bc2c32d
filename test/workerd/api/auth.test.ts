import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { ADMIN, call, freshPlatform } from '../world.ts'
import { ask, refusal } from './client.ts'

const at = freshPlatform()

describe('without a valid token', () => {
  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['an empty header', { Authorization: '' }],
    ['no token', { Authorization: 'Bearer' }],
    ['a blank token', { Authorization: 'Bearer  ' }],
    ['a wrong token', { Authorization: 'Bearer wrong' }],
    ['part of the token', { Authorization: `Bearer ${env.ADMIN_TOKEN?.slice(0, -1)}` }],
    ['the token and more', { Authorization: `Bearer ${env.ADMIN_TOKEN}x` }],
    ['two tokens', { Authorization: `Bearer wrong ${env.ADMIN_TOKEN}` }],
    ['another scheme', { Authorization: `Basic ${btoa(`${env.ADMIN_TOKEN}:`)}` }],
    ['the bare token', { Authorization: String(env.ADMIN_TOKEN) }],
    ['the token in another header', { 'X-Api-Key': String(env.ADMIN_TOKEN) }],
  ])('%s is 401', async (_, headers) => {
    const { status, json } = await call(at, 'GET', '/api/sources', undefined, headers)
    expect([status, json]).toEqual([
      401,
      {
        errors: [
          {
            type: 'unauthorized',
            message: 'Send an API token of this workspace: Authorization: Bearer <token>.',
            status: 401,
          },
        ],
      },
    ])
  })

  it.each([
    ['GET', '/api'],
    ['GET', '/api/'],
    ['POST', '/api/sources'],
    ['DELETE', '/api/destinations/dst_x'],
    ['GET', '/api/events/m1'],
    ['POST', '/api/tokens'],
    ['GET', '/api/no-such-route'],
    ['PUT', '/api/sources'],
  ])('%s %s tells nothing', async (method, path) => {
    expect((await refusal(at, method, path, method === 'GET' ? undefined : {}, {})).status).toBe(401)
  })
})

it('takes the scheme in any case, and the workspace from the token', async () => {
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const headers = { Authorization: `${scheme} ${env.ADMIN_TOKEN}` }
    expect(await ask(at, 'GET', '/api', undefined, headers)).toEqual({
      workspace: { id: 'ws_first', slug: 'workspace', name: 'Workspace', first: true, sandbox: false },
    })
  }
})

it('has no administrator when ADMIN_TOKEN is not set', async () => {
  const bare = freshPlatform({ env: { ADMIN_TOKEN: '' } })
  for (const headers of [ADMIN, { Authorization: 'Bearer ' }, {}]) {
    expect((await refusal(bare, 'GET', '/api', undefined, headers)).status).toBe(401)
  }
})
