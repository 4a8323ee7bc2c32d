import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { context, type OutgoingRequest } from '../../../src/context.ts'
import { ask, refusal } from '../api/client.ts'
import { call } from '../world.ts'
import { Browser, freshPanel, invited, ownerOf, PASSWORD } from './browser.ts'

const at = freshPanel()
const emailOf = () => `someone-${crypto.randomUUID().slice(0, 8)}@example.com`
const idOf = async (email: string) =>
  (await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')) ?? ''
const someone = async (role: string) => {
  const { browser, email } = await invited(at, await ownerOf(at), role)
  return { browser, email, id: await idOf(email) }
}
const ids = async () => {
  const { users } = await ask<{ users: { id: string }[] }>(at, 'GET', '/api/users?pagination[count]=200')
  return users.map(({ id }) => id)
}
const removal = (some: string[]) => `/api/users?${some.map((id, n) => `userIds[${n}]=${id}`).join('&')}`
const owners = async () => {
  const { results } = await env.DB.prepare(
    "SELECT user_id FROM members WHERE workspace_id = 'ws_first' AND role = 'owner'",
  ).all<{ user_id: string }>()
  return results.map(({ user_id }) => user_id)
}
const since = async () => (await env.DB.prepare('SELECT max(id) AS id FROM audit_events').first<string>('id')) ?? ''
const writtenSince = async (id: string) => {
  const { results } = await env.DB.prepare('SELECT * FROM audit_events WHERE id > ? ORDER BY id').bind(id).all()
  return results
}

describe('removing users', () => {
  it('is written down for each of them, and ends their sessions here and their tokens', async () => {
    const [one, two] = [await someone('owner'), await someone('member')]
    const made = await one.browser.send('/api/tokens', {
      method: 'POST',
      headers: { Origin: 'https://sluice.test', 'Content-Type': 'application/json' },
      body: '{"name":"Theirs"}',
    })
    const { token } = (JSON.parse(made.html) as { data: { token: { token: string } } }).data.token
    const headers = { Authorization: `Bearer ${token}` }
    expect((await call(at, 'GET', '/api', undefined, headers)).status).toBe(200)
    const before = await since()
    await ask(at, 'DELETE', removal([one.id, two.id]))
    const written = await writtenSince(before)
    expect(new Set(written.map(({ type, resource_name: name }) => `${String(type)} ${String(name)}`))).toEqual(
      new Set([`User Removed ${one.email}`, `User Removed ${two.email}`]),
    )
    expect(written.every(({ after }) => after === null)).toBe(true)
    expect((await call(at, 'GET', '/api', undefined, headers)).status).toBe(401)
    expect((await two.browser.get('/')).html).toContain('You belong to no workspace')
  })

  it('is all or none: of somebody who is no member nobody goes', async () => {
    const { id } = await someone('member')
    const before = await since()
    expect(await refusal(at, 'DELETE', removal([id, 'nobody', 'none']))).toMatchObject({
      status: 404,
      problems: ['There is no member nobody, none.'],
    })
    expect([(await ids()).includes(id), await writtenSince(before)]).toEqual([true, []])
  })

  it('leaves an owner, also when all are removed at once', async () => {
    await someone('owner')
    const all = await owners()
    expect((await refusal(at, 'DELETE', removal(all))).status).toBe(409)
    expect(await owners()).toEqual(all)
    const done = await Promise.all(all.map((id) => call(at, 'DELETE', removal([id]))))
    expect(done.filter(({ status }) => status === 409)).toHaveLength(1)
    expect(await owners()).toHaveLength(1)
  })

  it('asks for somebody, and for fifty at most', async () => {
    expect(await refusal(at, 'DELETE', '/api/users')).toMatchObject({
      status: 400,
      problems: [expect.stringMatching(/^userIds: Name/)],
    })
    const many = Array.from({ length: 51 }, (_, n) => `u${n}`)
    expect(await refusal(at, 'DELETE', removal(many))).toMatchObject({ problems: ['userIds: At most 50 at a time.'] })
  })
})

describe('permissions', () => {
  const permit = (method: 'POST' | 'PUT', id: string, ...permissions: object[]) =>
    call(at, method, `/api/users/${id}/permissions`, { permissions })

  it('of two who add at the same moment are both there', async () => {
    const { id } = await someone('read-only')
    const sources = await Promise.all(
      [0, 1, 2].map(async () => {
        const slug = `added-${crypto.randomUUID().slice(0, 8)}`
        return (await ask<{ source: { id: string } }>(at, 'POST', '/api/sources', { slug })).source.id
      }),
    )
    const done = await Promise.all(
      sources.map((source) =>
        permit('POST', id, { roleId: 'source-admin', resources: [{ id: source, type: 'SOURCE' }] }),
      ),
    )
    expect(done.map(({ status }) => status)).toEqual([200, 200, 200])
    const { user } = await ask<{ user: { permissions: { resources: { id: string }[] }[] } }>(
      at,
      'GET',
      `/api/users/${id}`,
    )
    expect(new Set(user.permissions[0]?.resources.map((one) => one.id))).toEqual(new Set(sources))
  })

  it('that somebody has already change nothing, and nothing is written down', async () => {
    const { id } = await someone('member')
    const before = await since()
    expect((await permit('POST', id, { roleId: 'read-only' })).status).toBe(200)
    expect(await writtenSince(before)).toEqual([])
    expect((await permit('POST', id, { roleId: 'owner' })).status).toBe(200)
    expect(await writtenSince(before)).toMatchObject([
      { type: 'Role Changed', before: '{"role":"member"}', after: '{"role":"owner"}' },
    ])
  })

  it('of the last owner stay an owner’s', async () => {
    const all = await owners()
    const done = await Promise.all(all.map((id) => permit('PUT', id, { roleId: 'member' })))
    expect(done.filter(({ status }) => status === 409)).toHaveLength(1)
    expect(await owners()).toHaveLength(1)
  })

  it('by label there are none', async () => {
    const { id } = await someone('member')
    const label = { key: 'k', value: 'v' }
    for (const wrong of [
      { roleId: 'source-admin', labels: [label] },
      { roleId: 'source-admin', resources: [{ id: 'src', type: 'SOURCE', labels: [label] }] },
    ]) {
      expect(await refusal(at, 'PUT', `/api/users/${id}/permissions`, { permissions: [wrong] })).toMatchObject({
        status: 400,
        problems: [expect.stringMatching(/^permissions\.0\.resources: Nobody has rights by label here/)],
      })
    }
  })
})

describe('invitations', () => {
  beforeEach(() => env.DB.exec("DELETE FROM attempts WHERE key LIKE 'invites %'"))
  const permissions = [{ roleId: 'member' }]
  const invite = (...emails: string[]) =>
    ask<{ emails: string[]; links: { email: string; url: string }[]; refused: { email: string; message: string }[] }>(
      at,
      'POST',
      '/api/invites',
      { invites: emails.map((email) => ({ email, permissions })) },
    )

  it('are made of whom they can be, and say of whom not', async () => {
    const [known, one, two] = [(await someone('member')).email, emailOf(), emailOf()]
    const before = await since()
    const { emails, links, refused } = await invite(one, known, two)
    expect([emails, refused]).toEqual([[one, two], [{ email: known, message: 'This person is a member already.' }]])
    expect((await writtenSince(before)).map((entry) => entry['resource_name'])).toEqual([one, two])
    const browser = new Browser(at)
    const joined = await browser.post(links[1]?.url ?? '', { name: 'New', password: PASSWORD })
    expect([links[1]?.email, joined.status, (await ids()).includes(await idOf(two))]).toEqual([two, 303, true])
  })

  it('go by mail alone where there is a mailer', async () => {
    const sent: string[] = []
    const mailing = freshPanel({
      env: { MAIL_WEBHOOK: 'https://mail.example.com/send' },
      ctx: { fetch: ({ body }: OutgoingRequest) => (sent.push(body), Promise.resolve(new Response('ok'))) },
    })
    const email = emailOf()
    const answer = await ask(mailing, 'POST', '/api/invites', { invites: [{ email, permissions }] })
    expect(answer).toEqual({ emails: [email], links: [], refused: [] })
    expect(sent.join()).toMatch(/\/invites\/[0-9a-f]{40}/)
  })

  it('are named by their addresses, each with what they give', async () => {
    const email = emailOf()
    await invite(email)
    const { invites, details } = await ask<{ invites: string[]; details: object[] }>(at, 'GET', '/api/invites')
    expect(invites[0]).toBe(email)
    expect(details[0]).toMatchObject({ email, permissions: [{ roleId: 'member', resources: [{ id: 'ws_first' }] }] })
  })

  it('are withdrawn all or none, whatever case their letters have', async () => {
    const [one, two] = [emailOf(), emailOf()]
    const { links } = await invite(one, two)
    const withdrawal = (...emails: string[]) =>
      `/api/invites?${emails.map((email) => `emails[]=${encodeURIComponent(email)}`).join('&')}`
    const nobody = emailOf()
    expect(await refusal(at, 'DELETE', withdrawal(one, nobody))).toMatchObject({
      status: 404,
      problems: [`There is no invitation for ${nobody}.`],
    })
    expect((await new Browser(at).get(links[0]?.url ?? '')).status).toBe(200)
    const before = await since()
    await ask(at, 'DELETE', withdrawal(one.toUpperCase(), two))
    expect((await new Browser(at).get(links[0]?.url ?? '')).status).toBe(410)
    expect((await writtenSince(before)).map(({ type, after }) => [type, after])).toEqual([
      ['Invite Withdrawn', null],
      ['Invite Withdrawn', null],
    ])
  })

  it('that cannot be are refused before anybody is invited', async () => {
    const twice = emailOf()
    const before = await since()
    const wrong = [
      { email: twice, permissions },
      { email: twice.toUpperCase(), permissions },
      { email: 'nonsense', permissions: [{ roleId: 'source-admin' }] },
    ]
    expect(await refusal(at, 'POST', '/api/invites', { invites: wrong })).toMatchObject({
      status: 400,
      problems: [
        'invites.1.email: This address is there twice.',
        'invites.2.email: This is not an e-mail address.',
        expect.stringMatching(/^invites\.2\.permissions\.0\.resources: A source admin has sources/),
      ],
    })
    expect(await writtenSince(before)).toEqual([])
  })

  it('are counted by whoever makes them: a token too', async () => {
    const later = freshPanel({ ctx: { now: () => context.now() + 86_400_000 * 2 } })
    const emails = Array.from({ length: 20 }, emailOf)
    const all = { invites: emails.map((email) => ({ email, permissions })) }
    await ask(later, 'POST', '/api/invites', all)
    const { status, json } = await call<{ data: { refused: unknown[] } }>(later, 'POST', '/api/invites', {
      invites: Array.from({ length: 20 }, () => ({ email: emailOf(), permissions })),
    })
    expect([status, json.data.refused.length]).toEqual([201, 10])
  })
})
