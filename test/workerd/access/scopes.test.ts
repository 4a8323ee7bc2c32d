import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import {
  declarationOf,
  DEPLOYMENT_ROLES,
  extentOf,
  isOfDeployment,
  PERMISSIONS,
  type Permission,
  ROLES,
} from '../../../src/accounts/index.ts'
import { context } from '../../../src/context.ts'
import { call } from '../world.ts'
import { ask, refusal } from '../api/client.ts'
import { Browser, freshPanel, invited, ownerOf } from './browser.ts'

interface Token {
  id: string
  name: string
  scope: unknown
  lastUsedAt: string | null
  token: string
}

const at = freshPanel()

const make = async (scope: unknown, headers?: Record<string, string>) => {
  const { token } = await ask<{ token: Token }>(at, 'POST', '/api/tokens', { name: 'scoped', scope }, headers)
  return { ...token, headers: { Authorization: `Bearer ${token.token}` } }
}

/** Every route of the API that needs one permission, by that. */
const needed = new Map<string, Permission>()
for (const { method, path, handler } of at.http.routes) {
  const declaration = declarationOf(handler)
  if (path.startsWith('/api') && declaration && 'permission' in declaration) {
    needed.set(`${method} ${path}`, declaration.permission)
  }
}

describe('a token with one permission', () => {
  it.each(PERMISSIONS)('%s opens what needs it, and nothing else', async (permission) => {
    const { headers } = await make([permission])
    for (const [route, needs] of needed) {
      const [method = '', path = ''] = route.split(' ')
      if (needs === permission && method !== 'GET') continue
      const { status } = await call(
        at,
        method,
        path.replaceAll(/:\w+/g, 'none'),
        method === 'GET' ? undefined : {},
        headers,
      )
      expect([route, needs === permission ? status !== 403 : status]).toEqual([
        route,
        needs === permission ? true : 403,
      ])
    }
  })
})

it('with the scope read-only reads what a read-only person reads, and changes nothing', async () => {
  const { headers } = await make('read-only')
  for (const [route, permission] of needed) {
    const [method = '', path = ''] = route.split(' ')
    const { status } = await call(
      at,
      method,
      path.replaceAll(/:\w+/g, 'none'),
      method === 'GET' ? undefined : {},
      headers,
    )
    const reads = extentOf('read-only', permission) === 'all'
    expect([route, status === 403]).toEqual([route, !reads])
  }
})

it('makes no token that may do more than itself', async () => {
  const narrow = await make(['tokens:write', 'sources:read'])
  for (const scope of ['full', 'read-only', ['sources:write'], ['sources:read', 'audit:read']]) {
    const refused = await refusal(at, 'POST', '/api/tokens', { name: 'more', scope }, narrow.headers)
    expect(refused).toMatchObject({
      status: 400,
      problems: ['scope: A token cannot be allowed more than whoever makes it.'],
    })
  }
  expect((await make(['sources:read'], narrow.headers)).scope).toEqual(['sources:read'])
})

it.each([['everything'], [[]], [['sources:admin']], [5]])('refuses the scope %j', async (scope) => {
  expect(await refusal(at, 'POST', '/api/tokens', { name: 'x', scope })).toMatchObject({ status: 400 })
})

it('remembers when it was last used, within five minutes', async () => {
  const { id, headers } = await make('full')
  const listed = async () =>
    (await ask<{ tokens: Token[] }>(at, 'GET', '/api/tokens?pagination[count]=200')).tokens.find((one) => one.id === id)
  expect((await listed())?.lastUsedAt).toBeNull()
  const browser = new Browser(at)
  await browser.send('/api', { headers })
  await Promise.all(browser.later)
  const first = (await listed())?.lastUsedAt
  expect(Math.abs(Date.parse(first ?? '') - context.now())).toBeLessThan(60_000)
  const again = new Browser(at)
  await again.send('/api', { headers })
  expect(again.later).toHaveLength(0)
})

it('lists tokens page by page', async () => {
  for (let made = 0; made < 5; made++) await make('full')
  const first = await ask<{ tokens: Token[]; pagination: { next: string; totalEntries: number } }>(
    at,
    'GET',
    '/api/tokens?pagination[count]=2',
  )
  expect([first.tokens.length, first.pagination.next]).toEqual([2, expect.any(String)])
  const second = await ask<{ tokens: Token[] }>(
    at,
    'GET',
    `/api/tokens?pagination[count]=2&pagination[cursor]=${first.pagination.next}`,
  )
  const ids = [...first.tokens, ...second.tokens].map(({ id }) => id)
  expect(new Set(ids).size).toBe(4)
})

it('is shown once on its page, with what it may do', async () => {
  const owner = await ownerOf(at)
  const page = await owner.post('/tokens', { name: 'By form', scope: 'listed', 'sources:read': 'on' })
  const token = /sluice_[0-9a-z]{40}/.exec(page.html)?.[0] ?? ''
  expect(await ask(at, 'GET', '/api/sources', undefined, { Authorization: `Bearer ${token}` })).toBeDefined()
  expect((await refusal(at, 'GET', '/api/destinations', undefined, { Authorization: `Bearer ${token}` })).status).toBe(
    403,
  )
  const listed = await owner.get('/tokens')
  expect([listed.html.includes('By form'), listed.html.includes(token)]).toEqual([true, false])
  expect((await owner.post('/tokens', { name: '', scope: 'full' })).status).toBe(422)
})

it.each(PERMISSIONS.filter((one) => !isOfDeployment(one)))(
  'owners may %s, and read-only members only read',
  (permission) => {
    const extents = ROLES.map((role) => extentOf(role, permission))
    expect(extents[0]).toBe('all')
    expect(extents[3] === 'all' && !permission.endsWith(':read')).toBe(false)
  },
)

it.each(PERMISSIONS.filter(isOfDeployment))('%s is of the deployment: no role of a workspace has it', (permission) => {
  expect(ROLES.map((role) => extentOf(role, permission))).toEqual(ROLES.map(() => 'no'))
  expect(extentOf(DEPLOYMENT_ROLES[0], permission)).toBe('all')
})

it('of a reviewer reviews only where its scope says so, and only as long as they are one', async () => {
  const owner = await ownerOf(at)
  const { browser, email } = await invited(at, owner, 'owner')
  await env.DB.exec("INSERT INTO workspaces (id, name, slug, created_at) VALUES ('ws_reviews', 'R', 'reviews', 0)")
  await env.DB.prepare(
    "UPDATE members SET workspace_id = 'ws_reviews' WHERE user_id = (SELECT id FROM users WHERE email = ?)",
  )
    .bind(email)
    .run()
  const made = async (fields: Record<string, string>) => {
    const page = await browser.post('/tokens', { name: 'mine', ...fields })
    return { Authorization: `Bearer ${/sluice_[0-9a-z]{40}/.exec(page.html)?.[0] ?? ''}` }
  }
  const status = async (headers: Record<string, string>) =>
    (await call(at, 'GET', '/api/reviewers', undefined, headers)).status
  const before = await made({ scope: 'listed', 'reviewers:read': 'on', 'sources:read': 'on' })
  expect(await status(before)).toBe(404)
  await owner.post('/reviewers', { email })
  const [listed, full] = [await made({ scope: 'listed', 'reviewers:read': 'on' }), await made({ scope: 'full' })]
  expect([await status(listed), await status(full), (await browser.get('/reviewers')).status]).toEqual([200, 404, 200])
  const row = env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email)
  await owner.post(`/reviewers/${(await row.first<string>('id')) ?? ''}/withdraw`)
  expect([await status(listed), (await browser.get('/reviewers')).status]).toEqual([404, 404])
})

it('has the trail of changes in the shape of the Public API', async () => {
  const { id } = await make('full')
  const { events } = await ask<{ events: Record<string, unknown>[] }>(
    at,
    'GET',
    '/api/audit-events?pagination[count]=1',
  )
  expect(events).toEqual([
    {
      id: expect.stringMatching(/^aud_/) as string,
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      type: 'Token Created',
      actor: 'admin',
      actorType: 'token',
      actorEmail: 'ADMIN_TOKEN',
      address: '',
      resourceId: id,
      resourceType: 'TOKEN',
      resourceName: 'scoped',
      before: null,
      after: { name: 'scoped', scope: 'full' },
    },
  ])
  expect(await env.DB.prepare('SELECT count(*) AS n FROM audit_events').first('n')).toBeGreaterThan(1)
})
