import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { declarationOf, ROLES, type Role } from '../../../src/accounts/index.ts'
import { Browser, freshPanel, invited, ownerOf, type Page, PASSWORD } from './browser.ts'
import { CATCH_ALL, type Route, ROUTES, UNGUARDED, type Who } from './routes.ts'
import { rowsOf, type World, worldIn } from './world.ts'

const FIRST = 'ws_first'
const at = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
const routes = Object.entries(ROUTES)

interface Somebody {
  browser: Browser
  email: string
}

const roles = {} as Record<Role, Somebody>
let other: Somebody & { workspace: string }
/** Reads the first workspace, and reviews. */
let reviewer: Somebody

beforeAll(async () => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response('ok')))
  const first = await ownerOf(at)
  const { source } = await worldIn(FIRST)
  const slug = `slug-${source.slice(4)}`
  for (const role of ROLES) roles[role] = await invited(at, first, role, role === 'source-admin' ? slug : '')
  reviewer = await invited(at, first, 'read-only')
  await first.post('/reviewers', { email: reviewer.email })
  const browser = new Browser(at)
  const email = `other-${crypto.randomUUID().slice(0, 6)}@example.com`
  const page = await browser.post('/sign-up', { name: 'Other', email, password: PASSWORD, workspace: 'Other' })
  if (page.status !== 303) throw new Error(page.html)
  const row = env.DB.prepare('SELECT workspace_id FROM members JOIN users ON users.id = user_id WHERE email = ?').bind(
    email,
  )
  other = { browser, email, workspace: (await row.first<string>('workspace_id')) ?? '' }
}, 60_000)

interface Kept {
  world: World
  /** All that the workspace has. */
  rows: string
}

/** The world as the request before has left it; none where that may have changed it. */
let kept: Kept | undefined

/** Most requests change nothing, which is looked at after each: a new world is made after one that may. */
async function known(): Promise<Kept> {
  if (!kept) {
    const world = await worldIn(FIRST)
    kept = { world, rows: await rowsOf(FIRST) }
  }
  return kept
}

/** Whether all that the workspace has is as it was. */
async function isUnchanged({ rows }: Kept): Promise<boolean> {
  if ((await rowsOf(FIRST)) === rows) return true
  kept = undefined
  return false
}

/** A world of which something may be changed. */
function worldToChange(): Promise<World> {
  kept = undefined
  return worldIn(FIRST)
}

/** Sends what the table says, as somebody does, and signs in again where that has ended the session. */
async function ask(who: Somebody | Browser, name: string, route: Route, world: World): Promise<Page> {
  const page = await once(who, name, route, world)
  if (route.ends && !(who instanceof Browser)) {
    await who.browser.post('/sign-in', { email: who.email, password: PASSWORD })
  }
  return page
}

async function once(who: Somebody | Browser, name: string, route: Route, world: World): Promise<Page> {
  const [method = '', plain = ''] = name.split(' ')
  const path = route.path?.(world) ?? plain
  const body = route.body?.(world)
  const browser = who instanceof Browser ? who : who.browser
  if (method === 'GET') return browser.get(path)
  if (!path.startsWith('/api')) return browser.post(path, body as Record<string, string>)
  const headers = { 'Content-Type': 'application/json', Origin: 'https://sluice.test' }
  return browser.send(path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
}

/** Not let through: 401, or where there are pages, on to sign-in. */
const turnedAway = ({ status, location }: Page) => status === 401 || (status === 303 && location.startsWith('/sign-in'))

/** What is wrong with the answer for somebody whom the guard should let through; empty: nothing. */
function barred(page: Page, { status, ends, who }: Route): string {
  const sentOn = who !== 'open' && !ends && turnedAway(page)
  const expected = status === undefined ? page.status < 400 : page.status === status
  return !sentOn && expected ? '' : `${page.status} ${page.location} ${page.html}`
}

/** What is wrong with the answer for somebody who has to get `status`; empty: nothing. */
const unlike = (page: Page, status: number) => (page.status === status ? '' : `${page.status} ${page.html}`)

const ALLOWED: Record<Who, readonly Role[]> = {
  open: ROLES,
  person: ROLES,
  grant: [],
  read: ROLES,
  write: ['owner', 'member'],
  own: ['owner', 'member'],
  owner: ['owner'],
  deployment: ['owner'],
  review: ['owner'],
}

it('knows every route of the router, and no other', () => {
  const known = at.http.routes
    .map(({ method, path }) => `${method} ${path}`)
    .filter((name) => !UNGUARDED.test(name) && !CATCH_ALL.has(name))
  expect(Object.keys(ROUTES).toSorted()).toEqual([...new Set(known)].toSorted())
})

const kindOf = (who: Who, changes: boolean) =>
  who === 'person' ? 'personal' : who === 'grant' ? 'grant' : changes ? 'change' : 'access'

it('finds a declaration on every route, and one that names the change on whatever changes something', () => {
  const declared = new Map<string, string>()
  for (const { method, path, handler } of at.http.routes) {
    const declaration = declarationOf(handler)
    if (declaration) declared.set(`${method} ${path}`, `${declaration.kind} ${'change' in declaration ? 'named' : ''}`)
  }
  for (const [name, { who }] of routes) {
    const kind = declared.get(name)
    const changes = !name.startsWith('GET')
    const expected = who === 'open' ? 'open ' : `${kindOf(who, changes)} ${changes ? 'named' : ''}`
    expect([name, kind]).toEqual([name, expected])
  }
})

describe('a stranger', () => {
  it.each(routes)('is turned away from %s unless it is open', async (name, route) => {
    const before = await known()
    const page = await ask(new Browser(at), name, route, before.world)
    const away = turnedAway(page) ? '' : `${page.status} ${page.html}`
    expect(await isUnchanged(before)).toBe(true)
    expect(route.who === 'open' ? barred(page, route) : away).toBe('')
    expect(before.world.names.filter((text) => page.html.includes(text))).toEqual([])
  })
})

/** What is wrong with how somebody is let through or refused; who is refused, or only reads, changes nothing. Empty: nothing. */
async function misguarded(who: Somebody, isAllowed: boolean, name: string, route: Route): Promise<string> {
  if (isAllowed && !name.startsWith('GET')) return barred(await ask(who, name, route, await worldToChange()), route)
  const before = await known()
  const page = await ask(who, name, route, before.world)
  if (!(await isUnchanged(before))) return 'something has changed'
  return isAllowed ? barred(page, route) : unlike(page, 403)
}

describe.each(ROLES)('%s', (role) => {
  it.each(routes)('%s', async (name, route) => {
    expect(await misguarded(roles[role], ALLOWED[route.who].includes(role), name, route)).toBe('')
  })
})

describe('a reviewer, who reads the workspace', () => {
  it.each(routes)('%s', async (name, route) => {
    const isAllowed = route.who === 'review' || ALLOWED[route.who].includes('read-only')
    expect(await misguarded(reviewer, isAllowed, name, route)).toBe('')
  })
})

describe('a source admin with the source', () => {
  it.each(routes.filter(([, { who }]) => who === 'own'))('may %s', async (name, route) => {
    const world = await worldToChange()
    await env.DB.prepare('UPDATE members SET sources = ? WHERE user_id = (SELECT id FROM users WHERE email = ?)')
      .bind(JSON.stringify([world.source]), roles['source-admin'].email)
      .run()
    expect(barred(await ask(roles['source-admin'], name, route, world), route)).toBe('')
  })
})

describe('an owner of another workspace', () => {
  it.each(routes)('gets and changes nothing of this one by %s', async (name, route) => {
    const before = await known()
    const page = await ask(other, name, route, before.world)
    const withId = /:(?!version|token|messageId|accept)/.test(name) && route.who !== 'person'
    const expected =
      route.who === 'grant'
        ? 403
        : route.who === 'deployment' || route.who === 'review'
          ? 404
          : (route.foreign ?? (withId ? 404 : route.status))
    expect(await isUnchanged(before)).toBe(true)
    expect(expected === undefined ? barred(page, route) : unlike(page, expected)).toBe('')
    expect(before.world.names.filter((text) => page.html.includes(text))).toEqual([])
  })
})

interface Entry {
  type: string
  actor_name: string
  address: string
  resource_type: string
  resource_id: string
  before: string | null
  after: string | null
}

/** What an entry is about, by the first word of what happened, where that is not its name. */
const ABOUT: Record<string, string> = {
  Write: 'source',
  Beta: 'integration',
  Dead: 'destination',
  Role: 'user',
  Reset: 'user',
  Sessions: 'user',
  Alerts: 'user',
  Recovery: 'workspace',
}

/** What an entry has to be about. */
function aboutOf(noun: string, verb: string, route: string): string {
  if (noun === 'Workspace') return verb === 'Switched' ? 'user' : 'workspace'
  if (noun === 'Dead' && route.includes('/replays/')) return 'replay'
  return ABOUT[noun] ?? noun.toLowerCase()
}

describe('the audit trail', () => {
  const changing = routes.filter(([name, { who }]) => !name.startsWith('GET') && who !== 'open' && who !== 'grant')

  it.each(changing)('has %s, who made it and from where, when it was made', async (name, route) => {
    const world = await worldToChange()
    const last = await env.DB.prepare('SELECT max(id) AS id FROM audit_events').first<string>('id')
    const page = await ask(roles.owner, name, route, world)
    expect(barred(page, route)).toBe('')
    const { results } = await env.DB.prepare('SELECT * FROM audit_events WHERE id > ?')
      .bind(last ?? '')
      .all<Entry & Record<string, unknown>>()
    // What was refused has changed nothing; tests of its own make these succeed.
    const expected = route.status === undefined ? [route.audit] : []
    expect(results.map(({ type }) => type)).toEqual(expected)
    for (const entry of results) {
      expect(entry.actor_name).toBe(roles.owner.email)
      expect(entry.address).toMatch(/^198\.51\./)
      const [verb = '', noun = ''] = [entry.type.split(' ').at(-1), entry.type.split(' ')[0]]
      const about = aboutOf(noun, verb, name)
      expect([entry.resource_type, entry.resource_id === FIRST]).toEqual([about, about === 'workspace'])
      const isNew = verb === 'Imported' || (verb === 'Created' && !/Key|Link/.test(entry.type))
      expect([verb, entry.before === null]).toEqual([verb, isNew])
      const differs = /Modified|Renamed|Changed|Revoked|Write Key/.test(entry.type)
      expect(!differs || entry.after !== entry.before).toBe(true)
      expect(verb !== 'Deleted' || entry.after === null).toBe(true)
    }
    expect(JSON.stringify(results)).not.toMatch(/a-secret-that-nobody-may-see|sluice_[0-9a-z]{40}|long enough/)
  })
})
