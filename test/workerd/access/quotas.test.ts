import { createHash } from 'node:crypto'
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { openAccounts, tidy } from '../../../src/accounts/index.ts'
import { context } from '../../../src/context.ts'
import { openDatabase, readQuotas } from '../../../src/settings/index.ts'
import { ask, newDestination, newIntegration, otherWorkspace, refusal } from '../api/client.ts'
import { rig } from '../panel/rig.ts'
import { call, freshPlatform, newSource } from '../world.ts'
import { Browser, freshPanel, linkIn, ownerOf, PASSWORD } from './browser.ts'

const at = freshPlatform()
const open = freshPanel()
const QUOTAS = 'sources=3 destinations=3 integrations=3 tokens=3 labels=3 keys=3 writes=1000'

describe('the variable', () => {
  it('says what it names, and defaults say the rest', () => {
    expect(readQuotas(' sources=5\n keys=1 ').quotas).toMatchObject({ sources: 5, keys: 1, destinations: 10_000 })
    expect(readQuotas(undefined)).toEqual(readQuotas(''))
  })

  it.each([
    'sources',
    'sources=',
    'sources=-1',
    'sources=1.5',
    'source=1',
    'constructor=1',
    'toString=1',
    'sources=1e9',
    '__proto__=1',
  ])('%j is refused whole, in words', (text) => {
    const { quotas, fault } = readQuotas(`tokens=1 ${text}`)
    expect([quotas.tokens, fault]).toEqual([
      200,
      expect.stringMatching(/^QUOTAS has .*name=number.*sources, .*audit_days\.$/),
    ])
  })
})

describe('as many as a workspace may have, also when all ask at once', () => {
  it.each(['sources', 'destinations', 'integrations', 'tokens', 'labels', 'keys'])('%s', async (what) => {
    const { id, headers } = await otherWorkspace()
    const full = freshPlatform({ env: { QUOTAS } })
    const post = (path: string, body: unknown) => call(full, 'POST', path, body, headers)
    const source = async () => {
      const { source } = await ask<{ source: { id: string } }>(
        full,
        'POST',
        '/api/sources',
        { slug: `s${crypto.randomUUID().slice(0, 8)}` },
        headers,
      )
      return source.id
    }
    const of = what === 'destinations' || what === 'keys' ? await source() : ''
    const make: Record<string, () => Promise<{ status: number; json: unknown }>> = {
      sources: () => post('/api/sources', { slug: `s${crypto.randomUUID().slice(0, 8)}` }),
      destinations: () =>
        post('/api/destinations', {
          sourceId: of,
          metadataId: 'webhooks',
          settings: { urls: ['https://a.example.com/'] },
        }),
      integrations: () =>
        post('/api/integrations', { name: 'n', slug: crypto.randomUUID(), endpoint: 'https://partner.example.com/' }),
      tokens: () => post('/api/tokens', { name: 't' }),
      labels: () => post('/api/labels', { label: { key: 'k', value: crypto.randomUUID() } }),
      keys: () => post(`/api/sources/${of}/writekey`, {}),
    }
    const one = make[what]
    if (!one) throw new Error(`Say how ${what} are made.`)
    const done = await Promise.all(Array.from({ length: 8 }, one))
    // The workspace's own token and the source's first key count too.
    const room = what === 'tokens' || what === 'keys' ? 2 : 3
    expect(done.filter(({ status }) => status === 201)).toHaveLength(room)
    const message = expect.stringMatching(
      /^A (?:workspace|source) has at most 3 .*\. Remove what is no longer needed, or ask whoever runs this deployment for more\.$/,
    ) as unknown
    expect(done.filter(({ status }) => status !== 201).map(({ json }) => json)).toEqual(
      Array.from({ length: 8 - room }, () => ({ errors: [{ type: 'conflict', message, status: 409 }] })),
    )
    // Nothing is left of what was refused, and another workspace is not concerned.
    const counts = await env.DB.prepare(
      'SELECT (SELECT count(*) FROM write_keys WHERE source_id NOT IN (SELECT id FROM sources)) AS keys, (SELECT count(*) FROM sources WHERE workspace_id = ?) AS sources',
    )
      .bind(id)
      .first()
    expect(counts).toMatchObject({ keys: 0 })
    if (what === 'sources') await newSource(full)
  })
})

describe('people, also when all come at once', () => {
  const rowsOf = async (table: string) =>
    (await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE workspace_id = 'ws_first'`).first<number>('n')) ?? 0
  const roomFor = async (what: string, table: string) => {
    const quota = (await rowsOf(table)) + 2
    return { quota, full: freshPanel({ env: { QUOTAS: `${what}=${quota}` } }) }
  }
  const invite = (owner: Browser, n: number) =>
    owner.post('/people/invites', { email: `quota${n}-${crypto.randomUUID()}@example.com`, role: 'member' })
  const times = (n: number) => Array.from({ length: n }, (_, i) => i)

  it('invitations', async () => {
    const owner = await ownerOf(open)
    const { quota, full } = await roomFor('invitations', 'invites')
    const asked = await Promise.all(times(5).map((n) => invite(owner.on(full), n)))
    const refused = asked.filter(({ status }) => status !== 200)
    expect([await rowsOf('invites'), refused.length]).toEqual([quota, 3])
    for (const { html } of refused) expect(html).toContain(`A workspace has at most ${quota} invitations.`)
  })

  it('members, who join when there is room again', async () => {
    const owner = await ownerOf(open)
    const links = []
    for (const n of times(5)) links.push(linkIn(await invite(owner, n), 'invites'))
    const { quota, full } = await roomFor('members', 'members')
    const guests = links.map((link) => ({ link, browser: new Browser(full) }))
    const join = ({ link, browser }: (typeof guests)[number]) =>
      browser.post(link, { name: 'Ada Lovelace', password: PASSWORD })
    const asked = await Promise.all(guests.map(join))
    const refused = asked.filter(({ status }) => status !== 303)
    expect([await rowsOf('members'), refused.length]).toEqual([quota, 3])
    for (const { html } of refused) expect(html).toContain(`A workspace has at most ${quota} members.`)
    const left = guests.filter((_, n) => asked[n]?.status !== 303)
    for (const { link, browser } of left) {
      const joined = await browser.on(open).post(link, { name: 'Ada Lovelace', password: PASSWORD })
      expect(joined.status).toBe(303)
    }
  })
})

it('changes of a minute, in pages and API together, and none of the administrator', async () => {
  const { headers, id } = await otherWorkspace()
  let now = Date.UTC(2026, 0, 1)
  const busy = rig({
    workspaceId: id,
    overrides: { QUOTAS: 'writes=3' },
    ctx: { now: () => now, log: () => undefined },
  })
  const write = () => call(busy, 'PATCH', '/api/sources/none', {}, headers)
  expect([(await write()).status, (await write()).status, (await write()).status]).toEqual([404, 404, 404])
  now += 15_000
  expect(await refusal(busy, 'PATCH', '/api/sources/none', {}, headers)).toEqual({
    status: 429,
    type: 'too-many-requests',
    problems: ['This workspace made 3 changes in this minute, which is as many as it may. Try again in 45 s.'],
  })
  expect((await call(busy, 'GET', '/api/sources', undefined, headers)).status).toBe(200)
  for (let n = 0; n < 5; n++) expect((await call(busy, 'PATCH', '/api/sources/none', {})).status).toBe(404)
  now += 45_000
  expect((await write()).status).toBe(404)
})

describe('what grows', () => {
  const text = 'x'.repeat(90)
  const field = (n: number) => ({
    name: `f${n}`,
    label: text,
    type: 'select',
    choices: Array.from({ length: 50 }, (_, i) => `${text}${i}`),
  })

  it('an integration has 64 KB of settings', async () => {
    const settings = Array.from({ length: 50 }, (_, n) => field(n))
    const { id } = await newIntegration(at)
    for (const [method, path, rest] of [
      ['PATCH', `/api/integrations/${id}`, {}],
      ['POST', '/api/integrations', { name: 'n', slug: 'large-one', endpoint: 'https://partner.example.com/' }],
    ] as const) {
      expect((await refusal(at, method, path, { ...rest, settings })).problems).toEqual([
        'settings: At most 64 KB as JSON.',
      ])
    }
  })

  it('a destination has 64 KB of settings, whatever they are merged of', async () => {
    const fields = Array.from({ length: 20 }, (_, n) => ({ name: `f${n}`, label: 'L', type: 'string' }))
    const { id } = await newIntegration(at, { settings: fields })
    const destination = await newDestination(at, (await newSource(at)).id, { apiKey: 'k' }, id)
    const statuses = []
    for (const { name } of fields) {
      const settings = { [name]: 'y'.repeat(4_000) }
      statuses.push((await call(at, 'PATCH', `/api/destinations/${destination.id}`, { settings })).status)
    }
    expect(statuses).toEqual([...Array<number>(16).fill(200), ...Array<number>(4).fill(400)])
  })

  it('an entry of the trail is cut, with its size and its hash', async () => {
    const { id } = await newIntegration(at)
    const settings = Array.from({ length: 11 }, (_, n) => field(n))
    await ask(at, 'PATCH', `/api/integrations/${id}`, { settings })
    const row = await env.DB.prepare('SELECT after FROM audit_events WHERE resource_id = ? ORDER BY id DESC LIMIT 1')
      .bind(id)
      .first<string>('after')
    expect(row?.length).toBeLessThan(4_096)
    const { fields } = JSON.parse(row ?? '') as { fields: { cut: string; letters: number; sha256: string } }
    const whole = await env.DB.prepare('SELECT fields FROM integrations WHERE id = ?').bind(id).first<string>('fields')
    expect(fields).toEqual({
      cut: whole?.slice(0, 2_048),
      letters: whole?.length,
      sha256: createHash('sha256')
        .update(whole ?? '')
        .digest('hex'),
    })
  })

  it('entries of the trail go after 400 days, however many', async () => {
    const ws = (await otherWorkspace()).id
    const day = 86_400_000
    const now = Date.now() + 1_000 * day
    const insert = (age: number, n: number) => {
      const at = now - age * day
      const id = `aud_${at.toString(36).padStart(9, '0')}${String(n).padStart(12, '0')}`
      return env.DB.prepare(
        "INSERT INTO audit_events (id, workspace_id, at, type, actor_type, actor_id, actor_name, resource_type, resource_id, resource_name) VALUES (?, ?, ?, 'T', 'token', 'a', 'a', 'source', 's', 's')",
      ).bind(id, ws, at)
    }
    await env.DB.batch(Array.from({ length: 2_300 }, (_, n) => insert(401, n)))
    await env.DB.batch([insert(399, 1), insert(1, 2)])
    const ctx = { ...context, now: () => now }
    const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx)
    await tidy(openAccounts({ ctx, db, adminToken: '', openSignUp: false, mailWebhook: undefined, subjects: {} }))
    const left = await env.DB.prepare('SELECT count(*) AS n FROM audit_events WHERE workspace_id = ?')
      .bind(ws)
      .first<number>('n')
    expect(left).toBe(2)
  })
})
