import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { ADMIN } from '../world.ts'
import { Browser, freshPanel, invited, ownerOf } from './browser.ts'

const at = freshPanel()

/** An owner with tokens of their own. */
async function maker() {
  const owner = await ownerOf(at)
  const { browser, email } = await invited(at, owner, 'owner')
  const id = (await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')) ?? ''
  return { owner, browser, email, id }
}

async function tokenOf(from: Browser, headers: Record<string, string>, scope: unknown = 'full'): Promise<string> {
  const body = JSON.stringify({ name: 'CI', scope })
  const made = await from.send('/api/tokens', {
    method: 'POST',
    body,
    headers: { Origin: 'https://sluice.test', 'Content-Type': 'application/json', ...headers },
  })
  expect(made.status).toBe(201)
  return (JSON.parse(made.html) as { data: { token: { token: string } } }).data.token.token
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` })
const reads = async (token: string) => (await new Browser(at).send('/api/sources', { headers: bearer(token) })).status

it('says who made a token, on the page and in the API', async () => {
  const { browser, email } = await maker()
  await tokenOf(browser, {})
  expect((await browser.get('/tokens')).html).toContain(email)
  const { html } = await browser.send('/api/tokens', {})
  const { tokens } = (JSON.parse(html) as { data: { tokens: Record<string, unknown>[] } }).data
  expect(tokens.at(-1)).toMatchObject({ name: 'CI', madeBy: email, ended: false })
})

it('ends tokens with the membership of their maker, those that were made by a token of theirs among them', async () => {
  const { owner, browser, id } = await maker()
  const first = await tokenOf(browser, {})
  const second = await tokenOf(new Browser(at), bearer(first))
  const admins = await tokenOf(new Browser(at), ADMIN)
  expect([await reads(first), await reads(second), await reads(admins)]).toEqual([200, 200, 200])
  expect((await owner.post(`/people/${id}/remove`)).status).toBe(303)
  expect([await reads(first), await reads(second), await reads(admins)]).toEqual([401, 401, 200])
  // They are gone, so that coming back brings none of them back.
  await env.DB.prepare("INSERT INTO members VALUES ('ws_first', ?, 'owner', '[]', 0)").bind(id).run()
  expect([await reads(first), await reads(second)]).toEqual([401, 401])
})

it('ends a token whose maker may no longer do what it may, for as long', async () => {
  const { owner, browser, id } = await maker()
  const full = await tokenOf(browser, {})
  const reading = await tokenOf(browser, {}, 'read-only')
  const writing = await tokenOf(browser, {}, ['sources:read', 'sources:write'])
  const statuses = async () => [await reads(full), await reads(reading), await reads(writing)]
  const become = async (role: string) => expect((await owner.post(`/people/${id}`, { role })).status).toBe(303)
  await become('member')
  expect(await statuses()).toEqual([401, 200, 200])
  await become('read-only')
  expect(await statuses()).toEqual([401, 200, 401])
  expect((await owner.get('/tokens')).html).toContain('Ended')
  await become('owner')
  expect(await statuses()).toEqual([200, 200, 200])
})

it('keeps a token when its maker cannot be removed', async () => {
  const { browser, id } = await maker()
  await env.DB.prepare("DELETE FROM members WHERE role = 'owner' AND user_id <> ?").bind(id).run()
  const token = await tokenOf(browser, {})
  expect((await browser.post(`/people/${id}/remove`)).status).toBe(422)
  expect(await reads(token)).toBe(200)
})

it('keeps tokens of before this was known', async () => {
  const token = await tokenOf(new Browser(at), ADMIN)
  expect(await env.DB.prepare('SELECT made_by FROM api_tokens ORDER BY rowid DESC').first('made_by')).toBeNull()
  expect(await reads(token)).toBe(200)
})
