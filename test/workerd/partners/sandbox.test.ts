import { runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../../src/env.ts'
import { Browser, ownerOf } from '../access/browser.ts'
import { ask } from '../api/client.ts'
import { appliedTo, applicationForm, applicationOf, mailing, pathIn } from './rig.ts'

const world = mailing(() => Date.now())
const { at, mails } = world
beforeEach(() => void (mails.length = 0))

interface Facts {
  application: { sandbox: { workspaceId: string; sourceId: string } | null }
}
const sandboxOf = async (id: string) =>
  (await ask<Facts>(at, 'GET', `/api/applications/${id}`)).application.sandbox ?? { workspaceId: '', sourceId: '' }

/** Events of the shop that have arrived at its source. */
const arrived = async (sourceId: string) =>
  (await (env as unknown as Env).INTAKE.getByName(sourceId).counters()).received

describe('a sandbox', () => {
  it('comes with the confirmed address: its applicant is signed in, and a shop sends what can be seen', async () => {
    const { browser, id } = await appliedTo(world)
    const { workspaceId, sourceId } = await sandboxOf(id)
    const mine = JSON.parse((await browser.get('/api')).html) as { data: { workspace: object } }
    expect(mine.data.workspace).toMatchObject({ id: workspaceId, sandbox: true, first: false })
    await vi.waitUntil(async () => (await arrived(sourceId)) > 0, { timeout: 10_000 })
    expect((await browser.get(`/sources/${sourceId}`)).status).toBe(200)
    const before = await arrived(sourceId)
    await runDurableObjectAlarm(env.SHOP.getByName(sourceId))
    await vi.waitUntil(async () => (await arrived(sourceId)) > before, { timeout: 10_000 })
  })

  it('is one, however often it is asked for and by whomever at once', async () => {
    const { browser, status, id } = await appliedTo(world)
    const before = await sandboxOf(id)
    const again = [1, 2, 3].map(() => new Browser(at).post(`${status}/sign-in`))
    for (const { status: code } of await Promise.all(again)) expect(code).toBe(303)
    expect(await sandboxOf(id)).toEqual(before)
    const rows = await env.DB.prepare('SELECT count(*) AS n FROM sources WHERE workspace_id = ?')
      .bind(before.workspaceId)
      .first('n')
    expect([rows, (await browser.get('/sources')).status]).toEqual([1, 200])
  })

  it('is made whole where something died before it was', async () => {
    const { status, id } = await appliedTo(world)
    const { workspaceId, sourceId } = await sandboxOf(id)
    await env.DB.batch([
      env.DB.prepare('DELETE FROM sources WHERE id = ?').bind(sourceId),
      env.DB.prepare('DELETE FROM members WHERE workspace_id = ?').bind(workspaceId),
      env.DB.prepare('DELETE FROM workspaces WHERE id = ?').bind(workspaceId),
      env.DB.prepare('UPDATE applications SET shop_id = NULL WHERE id = ?').bind(id),
    ])
    expect((await new Browser(at).get(status)).html).toContain('It is being set up')
    expect((await new Browser(at).post(`${status}/sign-in`)).location).toContain('said=link-mailed')
    const mended = await sandboxOf(id)
    expect([mended.workspaceId, mended.sourceId !== sourceId]).toEqual([workspaceId, true])
    const browser = new Browser(at)
    await browser.post(pathIn(mails.at(-1)))
    expect((await browser.get(`/sources/${mended.sourceId}`)).status).toBe(200)
  })

  it('opens by a mailed link, again and again, but spares nobody a code of their app', async () => {
    const { given, status } = await appliedTo(world)
    const browser = new Browser(at)
    expect((await browser.post(`${status}/sign-in`)).location).toContain('said=link-mailed')
    expect(mails.at(-1)).toMatchObject({ to: given.email, subject: 'Sign in' })
    expect((await browser.post(pathIn(mails.at(-1)))).location).toBe('/')
    expect((await browser.get('/')).status).toBe(200)
    await env.DB.prepare('UPDATE users SET two_factor_enabled = 1 WHERE email = ?').bind(given.email).run()
    mails.length = 0
    expect((await new Browser(at).post(`${status}/sign-in`)).location).toContain('said=no-link')
    expect(mails).toEqual([])
  })

  it('of somebody who has an account is theirs, and the link signs nobody in', async () => {
    const known = `known-${crypto.randomUUID().slice(0, 6)}@shop.example`
    await env.DB.prepare(
      "INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, 'Known', ?, 1, 0, 0)",
    )
      .bind(`usr_${known}`, known)
      .run()
    const { browser, id } = await appliedTo(world, { email: known })
    const { workspaceId } = await sandboxOf(id)
    expect((await browser.get('/')).location).toContain('/sign-in')
    const role = await env.DB.prepare(
      'SELECT role FROM members JOIN users ON users.id = user_id WHERE email = ? AND workspace_id = ?',
    )
      .bind(known, workspaceId)
      .first('role')
    expect(role).toBe('owner')
  })

  it('is nobody’s before the address is confirmed', async () => {
    const given = applicationForm()
    await new Browser(at).post('/partners/apply', given)
    expect(await sandboxOf(await applicationOf(given.email))).toEqual({ workspaceId: '', sourceId: '' })
  })
})

it('makes the workspace of an accepted application a partner’s, and no other', async () => {
  const owner = await ownerOf(at)
  const [yes, no] = [await appliedTo(world), await appliedTo(world)]
  await owner.post(`/applications/${yes.id}`, { decision: 'accept', words: 'Welcome.' })
  await owner.post(`/applications/${no.id}`, { decision: 'decline', words: 'Not yet.' })
  const { partners } = await ask<{ partners: { workspaceId: string; company: string }[] }>(at, 'GET', '/api/partners')
  expect(partners.map(({ workspaceId, company }) => [workspaceId, company])).toEqual([
    [(await sandboxOf(yes.id)).workspaceId, yes.given.company],
  ])
})

describe('the programme', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z" onload="x"/></svg>'

  it('is on the public pages and in mails as it was set', async () => {
    const owner = await ownerOf(at)
    const fields = {
      name: 'Acme & Friends',
      colour: '#7a1fa2',
      colourDark: '#d9a6f0',
      logo: svg,
      community: 'https://community.example/',
      terms: '',
      contact: 'partners@acme.example',
      promisedDays: '1',
    }
    expect((await owner.post('/programme', fields)).location).toBe('/programme?said=programme-saved-less')
    const { html } = await new Browser(at).get('/partners/apply')
    for (const words of [
      'Acme &amp; Friends',
      'https://community.example/',
      'mailto:partners@acme.example',
      'one business day',
    ]) {
      expect(html).toContain(words)
    }
    const [logo = '', colours = ''] = ['/programme/logo/', '/programme/colours/'].map(
      (path) => new RegExp(`"(${path}[^"]+)"`).exec(html)?.[1],
    )
    const picture = await new Browser(at).get(logo)
    expect([picture.status, picture.headers.get('content-type'), picture.html]).toEqual([
      200,
      'image/svg+xml',
      '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v8z"></path></svg>',
    ])
    expect(picture.headers.get('content-security-policy')).toContain('sandbox')
    expect((await new Browser(at).get(colours)).html).toContain('light-dark(#7a1fa2,#d9a6f0)')
    const { given } = await appliedTo(world)
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      [given.email, 'Acme & Friends: Confirm your application'],
      [given.email, 'Acme & Friends: Your application'],
      ['partners@acme.example', `Acme & Friends: ${given.company} applies`],
    ])
  })

  it('has a contact that may be a profile: it is linked, and no mail goes there', async () => {
    const contact = 'https://social.example/@acme'
    await ask(at, 'PATCH', '/api/programme', { contact })
    for (const path of ['/partners/co-marketing', '/docs/partners']) {
      const { html } = await new Browser(at).get(path)
      expect([html.includes(`href="${contact}"`), html.includes('mailto:')]).toEqual([true, false])
    }
    const { given } = await appliedTo(world)
    expect(mails.map(({ to }) => to)).toEqual([given.email, given.email])
  })

  it.each([
    [{ name: '' }, 'name'],
    [{ colour: '#ffee00' }, 'colour'],
    [{ colour: 'red' }, 'colour'],
    [{ colourDark: '#101010' }, 'colourDark'],
    [{ logo: '<svg><g></svg>' }, 'logo'],
    [{ logo: 'words' }, 'logo'],
    [{ community: 'javascript:alert(1)' }, 'community'],
    [{ terms: 'http://plain.example' }, 'terms'],
    [{ contact: 'nobody' }, 'contact'],
    [{ promisedDays: '0' }, 'promisedDays'],
    [{ promisedDays: 'two' }, 'promisedDays'],
  ])('refuses %j beside its field, and changes nothing', async (wrong, field) => {
    const before = await ask(at, 'GET', '/api/programme')
    const fields = { name: 'N', colour: '', colourDark: '', community: '', terms: '', contact: '', promisedDays: '2' }
    const page = await (await ownerOf(at)).post('/programme', { ...fields, ...wrong })
    expect([page.status, page.html.includes(`id="${field}-error"`)]).toEqual([422, true])
    expect(await ask(at, 'GET', '/api/programme')).toEqual(before)
  })
})
