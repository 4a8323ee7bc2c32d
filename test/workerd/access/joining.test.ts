import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { context, type OutgoingRequest } from '../../../src/context.ts'
import type { Platform } from '../../../src/wiring.ts'
import { Browser, freshPanel, invited, linkIn, ownerOf, PASSWORD } from './browser.ts'

const at = freshPanel()

const audited = async (type: string) => {
  const { results } = await env.DB.prepare('SELECT * FROM audit_events WHERE type = ? ORDER BY id').bind(type).all()
  return results
}
const OWN = { Origin: 'https://sluice.test', 'Sec-Fetch-Site': 'same-origin' }
const emailOf = () => `someone-${crypto.randomUUID().slice(0, 6)}@example.com`

describe('a new deployment', () => {
  beforeEach(() => env.DB.exec("DELETE FROM members WHERE workspace_id = 'ws_first'"))

  const form = () => ({ name: 'Ada', email: emailOf(), password: PASSWORD, workspace: 'Analytical Engines' })

  it('is claimed once, by whoever knows its secret', async () => {
    expect((await new Browser(at).get('/sign-in')).location).toBe('/claim')
    const wrong = await new Browser(at).post('/claim', { ...form(), secret: 'wrong' })
    expect([wrong.status, wrong.html.includes('This is not the secret ADMIN_TOKEN')]).toEqual([422, true])
    const first = new Browser(at)
    expect((await first.post('/claim', { ...form(), secret: env.ADMIN_TOKEN ?? '' })).location).toBe('/')
    expect((await first.get('/tokens')).html).toContain('Analytical Engines')
    const second = new Browser(at)
    expect((await second.get('/claim')).location).toBe('/sign-in')
    expect((await second.post('/claim', { ...form(), secret: env.ADMIN_TOKEN ?? '' })).status).toBe(422)
    expect((await second.get('/')).location).toBe('/sign-in')
    expect(await audited('Workspace Claimed')).toHaveLength(1)
  })

  it('has one owner when two claim it at once', async () => {
    const secret = env.ADMIN_TOKEN ?? ''
    await Promise.all([0, 1, 2].map(() => new Browser(freshPanel()).post('/claim', { ...form(), secret })))
    const { results } = await env.DB.prepare("SELECT * FROM members WHERE workspace_id = 'ws_first'").all()
    expect(results).toHaveLength(1)
  })

  it('cannot be claimed without a secret that is set', async () => {
    const bare = freshPanel({ env: { ADMIN_TOKEN: '' } })
    expect((await new Browser(bare).post('/claim', { ...form(), secret: '' })).status).toBe(422)
  })
})

describe('the first owner', () => {
  beforeEach(() => env.DB.exec("DELETE FROM members WHERE workspace_id = 'ws_first'; DELETE FROM users"))

  const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
  const form = (email: string) => ({ name: 'Ada', email, password: PASSWORD, workspace: 'Mine' })
  const userOf = (email: string) => env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first('id')

  it.each(['owner@sluice.localhost', 'Owner@Sluice.LOCALHOST', 'a@b.invalid', 'a@b.alt'])(
    'is nobody who signs up, claims or is invited as %s',
    async (email) => {
      expect((await new Browser(open).post('/sign-up', form(email))).status).toBe(422)
      const secret = env.ADMIN_TOKEN ?? ''
      expect((await new Browser(open).post('/claim', { ...form(email), secret })).status).toBe(422)
      const owner = await ownerOf(open)
      expect((await owner.post('/people/invites', { email, role: 'member' })).status).toBe(422)
    },
  )

  it('by a link is a new account, and never one that was there with its address', async () => {
    await new Browser(open).post('/sign-up', form('stranger@example.com'))
    await env.DB.exec("UPDATE users SET email = 'owner@sluice.localhost' WHERE email = 'stranger@example.com'")
    const stranger = await userOf('owner@sluice.localhost')
    const owner = await ownerOf(open)
    const { results } = await env.DB.prepare("SELECT user_id FROM members WHERE workspace_id = 'ws_first'").all()
    expect(results).toHaveLength(1)
    expect(results[0]).not.toEqual({ user_id: stranger })
    expect((await owner.get('/profile')).html).toMatch(/owner-[0-9a-z]{12}@sluice\.localhost/)
    const browser = new Browser(open)
    await browser.post('/sign-in', { email: 'owner@sluice.localhost', password: PASSWORD })
    expect((await browser.send('/api/recovery', { method: 'POST', headers: OWN })).status).toBe(404)
  })

  it('is one when links are made at once', async () => {
    await Promise.all([0, 1, 2].map(() => ownerOf(freshPanel())))
    const { results } = await env.DB.prepare("SELECT * FROM members WHERE workspace_id = 'ws_first'").all()
    expect(results).toHaveLength(1)
  })
})

describe('a name', () => {
  beforeEach(() => env.DB.exec("DELETE FROM attempts WHERE key LIKE 'invites %'"))

  const unfit = [
    'Your bank\r\nBcc: all@example.com\r\n\r\nVerify now',
    'a\nb',
    'a\u0000b',
    'a\u0085b',
    'a\u2028b',
    'a\u202eb',
    'a\u2066b',
    '\u200b\u200d',
    'x'.repeat(101),
  ]

  it('without line ends and other control characters is asked for wherever somebody gives one', async () => {
    const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
    const owner = await ownerOf(open)
    const headers = { ...OWN, 'Content-Type': 'application/json' }
    const made = await owner.send('/api/sources', { method: 'POST', body: '{"slug":"named"}', headers })
    const { id } = (JSON.parse(made.html) as { data: { source: { id: string } } }).data.source
    const hook = { sourceId: id, metadataId: 'webhooks', settings: { urls: ['https://hooks.example.com/'] } }
    for (const name of unfit) {
      const person = { name: 'Ada', email: emailOf(), password: PASSWORD, workspace: 'Mine' }
      const api = async (method: string, path: string, body: unknown) =>
        (await owner.send(path, { method, body: JSON.stringify(body), headers })).status
      const form = async (path: string, fields: Record<string, string>) => (await owner.post(path, fields)).status
      const invitation = await owner.post('/people/invites', { email: emailOf(), role: 'member' })
      const statuses = {
        person: (await new Browser(open).post('/sign-up', { ...person, name })).status,
        workspace: (await new Browser(open).post('/sign-up', { ...person, workspace: name })).status,
        joining: (await new Browser(open).post(linkIn(invitation, 'invites'), { name, password: PASSWORD })).status,
        profile: await form('/profile/name', { name }),
        renamed: await form('/workspace', { name }),
        token: await form('/tokens', { name, scope: 'full' }),
        sourceForm: await form(`/sources/${id}/settings`, { name }),
        apiSource: await api('PATCH', `/api/sources/${id}`, { name }),
        apiToken: await api('POST', '/api/tokens', { name }),
        apiIntegration: await api('POST', '/api/integrations', { name, slug: 'x', endpoint: 'https://p.example.com/' }),
        apiDestination: await api('POST', '/api/destinations', { ...hook, name }),
      }
      const expected = Object.keys(statuses).map((key) => [key, key.startsWith('api') ? 400 : 422])
      expect([name, Object.entries(statuses)]).toEqual([name, expected])
    }
  })

  it.each(['José O’Hara-Núñez', 'محمد', 'می‌خواهم', '👩‍👩‍👧 & Co.', '株式会社'])('may be %s', async (name) => {
    expect((await (await ownerOf(at)).post('/profile/name', { name })).status).toBe(303)
  })

  it('of a token does not pass for the deployment’s own', async () => {
    const page = await (await ownerOf(at)).post('/tokens', { name: 'Admin_Token', scope: 'full' })
    expect(page.status).toBe(422)
  })
})

describe('sign-up', () => {
  const form = () => ({ name: 'Ada', email: emailOf(), password: PASSWORD, workspace: 'Mine' })

  it('is closed unless the deployment says otherwise', async () => {
    const browser = new Browser(at)
    expect((await browser.get('/sign-up')).status).toBe(404)
    expect((await browser.post('/sign-up', form())).status).toBe(404)
  })

  it('gives a workspace of one’s own', async () => {
    const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
    const browser = new Browser(open)
    expect((await browser.post('/sign-up', form())).location).toBe('/')
    expect((await browser.get('/people')).html).toContain('Mine')
    expect(
      (await browser.send('/api/recovery', { method: 'POST', headers: { Origin: 'https://sluice.test' } })).status,
    ).toBe(404)
  })

  it('takes no name and no address that are as long as a book', async () => {
    const browser = new Browser(freshPanel({ env: { OPEN_SIGN_UP: '1' } }))
    const long = 'x'.repeat(101)
    for (const field of [{ name: long }, { workspace: long }, { email: `${'x'.repeat(250)}@example.com` }]) {
      expect((await browser.post('/sign-up', { ...form(), ...field })).status).toBe(422)
    }
  })

  it('says beside the field what is wrong', async () => {
    const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
    const taken = form()
    await new Browser(open).post('/sign-up', taken)
    for (const [changes, field, message] of [
      [{ password: 'short' }, 'password', 'A password has at least 10 characters.'],
      [{ email: 'nonsense' }, 'email', 'This is not an e-mail address.'],
      [{ email: taken.email.toUpperCase() }, 'email', 'Somebody has signed up with this address.'],
      [{ name: ' ' }, 'name', 'Say how you are called.'],
      [{ workspace: '' }, 'workspace', 'Give the workspace a name.'],
    ] as const) {
      const page = await new Browser(open).post('/sign-up', { ...form(), ...changes })
      expect([page.status, new RegExp(`id="${field}-error"[^>]*>${message}`).test(page.html)]).toEqual([422, true])
      expect(page.html).not.toContain(PASSWORD)
    }
  })
})

describe('sign-up where there is mail', () => {
  const sent: { to: string; subject: string; text: string }[] = []
  const mailing = freshPanel({
    env: { OPEN_SIGN_UP: '1', MAIL_WEBHOOK: 'https://mail.example.com/send' },
    ctx: {
      fetch: ({ body }: OutgoingRequest) => {
        sent.push(JSON.parse(body) as (typeof sent)[number])
        return Promise.resolve(new Response('ok'))
      },
    },
  })
  beforeEach(() => void sent.splice(0))
  const asked = async (email: string) => {
    const browser = new Browser(mailing)
    const page = await browser.post('/sign-up', { email, name: 'X', password: PASSWORD, workspace: 'X' })
    await Promise.all(browser.later)
    return { page, link: /https:\/\/sluice\.test(\/sign-up\/[0-9a-f]{40})/.exec(sent.at(-1)?.text ?? '')?.[1] ?? '' }
  }
  const rest = { name: 'Ada', password: PASSWORD, workspace: 'Mine' }
  const userOf = (email: string) => env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first('id')

  it('makes an account with nobody’s address but one’s own, once', async () => {
    const email = emailOf()
    const { page, link } = await asked(email)
    expect([page.status, page.headers.getSetCookie(), await userOf(email)]).toEqual([200, [], null])
    expect(sent.map(({ to }) => to)).toEqual([email])
    const browser = new Browser(mailing)
    expect((await browser.get(link)).html).toContain(email)
    const short = await browser.post(link, { ...rest, password: 'short' })
    expect([short.status, short.html.includes('at least 10 characters')]).toEqual([422, true])
    expect((await browser.post(link, { ...rest, email: 'other@example.com' })).location).toBe('/')
    expect((await browser.get('/profile')).html).toContain(email)
    expect([(await browser.get(link)).status, (await browser.post(link, rest)).status]).toEqual([410, 410])
  })

  it('is one account when the link is pressed twice at once', async () => {
    const email = emailOf()
    const { link } = await asked(email)
    const pages = await Promise.all([0, 1, 2].map(() => new Browser(mailing).post(link, rest)))
    expect(pages.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(pages.every(({ status }) => [303, 410, 422].includes(status))).toBe(true)
  })

  it('says the same to whoever asks for an address that has an account, and tells its owner', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const { page, link } = await asked(email)
    const fresh = await asked(emailOf())
    expect([page.html.replaceAll(email, ''), link]).toEqual([fresh.page.html, ''])
    expect(sent[0]?.text).toContain('There is an account already')
  })

  it('ends after a day, and is not open where sign-up is closed', async () => {
    const { link } = await asked(emailOf())
    const clock = { now: () => context.now() + 25 * 3_600_000 }
    expect((await new Browser(freshPanel({ env: { OPEN_SIGN_UP: '1' }, ctx: clock })).post(link, rest)).status).toBe(
      410,
    )
    expect((await new Browser(at).post(link, rest)).status).not.toBe(303)
  })

  it('shows an inviter no link that went by mail, so that nobody joins in another’s name', async () => {
    const page = await (await ownerOf(mailing)).post('/people/invites', { email: emailOf(), role: 'member' })
    expect([page.status, /sluice\.test\/invites/.test(page.html)]).toEqual([200, false])
    expect(sent.at(-1)?.text).toMatch(/\/invites\/[0-9a-f]{40}/)
  })
})

describe('an invitation', () => {
  it('makes an account with the role, once', async () => {
    const owner = await ownerOf(at)
    const email = emailOf()
    const link = linkIn(await owner.post('/people/invites', { email, role: 'read-only' }), 'invites')
    expect((await owner.get('/people')).html).toContain(email)
    const browser = new Browser(at)
    const page = await browser.get(link)
    expect([page.status, page.html.includes(email)]).toEqual([200, true])
    expect((await browser.post(link, { name: 'New', password: PASSWORD })).location).toBe('/')
    expect((await browser.get('/sources')).status).toBe(200)
    expect((await browser.post('/sources', { name: 'X', kind: 'javascript' })).status).toBe(403)
    expect((await new Browser(at).get(link)).status).toBe(410)
    expect((await new Browser(at).post(link, { name: 'Other', password: PASSWORD })).status).toBe(410)
    expect((await audited('Invite Accepted')).at(-1)).toMatchObject({ actor_name: email })
  })

  it('takes no name that is as long as a book', async () => {
    const page = await (await ownerOf(at)).post('/people/invites', { email: emailOf(), role: 'member' })
    const form = { name: 'x'.repeat(101), password: PASSWORD }
    expect((await new Browser(at).post(linkIn(page, 'invites'), form)).status).toBe(422)
  })

  it('opens no account that is there: its person signs in first', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    await env.DB.exec('DELETE FROM members')
    const link = linkIn(await (await ownerOf(at)).post('/people/invites', { email, role: 'owner' }), 'invites')
    const thief = new Browser(at)
    expect((await thief.post(link, { name: 'Thief', password: 'password of a thief' })).status).toBe(422)
    expect((await thief.get('/')).status).toBe(303)
    const person = new Browser(at)
    await person.post('/sign-in', { email, password: PASSWORD })
    expect((await person.get('/')).html).toContain('You belong to no workspace')
    expect((await person.post(link)).location).toBe('/')
    expect((await person.get('/tokens')).status).toBe(200)
  })

  it('is for its address only', async () => {
    const owner = await ownerOf(at)
    const { browser, email } = await invited(at, owner, 'member')
    const link = linkIn(await owner.post('/people/invites', { email: emailOf(), role: 'owner' }), 'invites')
    const page = await browser.post(link)
    expect([page.status, page.html.includes(`you are signed in as ${email}`)]).toEqual([422, true])
  })

  it('ends after a week, and when it is withdrawn', async () => {
    const owner = await ownerOf(at)
    const link = linkIn(await owner.post('/people/invites', { email: emailOf(), role: 'member' }), 'invites')
    const later = freshPanel({ ctx: { now: () => context.now() + 8 * 86_400_000 } })
    expect((await new Browser(later).get(link)).status).toBe(410)
    const action = /action="(\/people\/invites\/[^"]+\/withdraw)"/.exec((await owner.get('/people')).html)?.[1] ?? ''
    expect((await owner.post(action)).status).toBe(303)
    expect((await new Browser(at).get(link)).status).toBe(410)
  })

  it('is joined by one of two who follow it at once', async () => {
    const email = emailOf()
    const link = linkIn(await (await ownerOf(at)).post('/people/invites', { email, role: 'member' }), 'invites')
    const forms = { name: 'New', password: PASSWORD }
    const pages = await Promise.all([0, 1].map(() => new Browser(freshPanel()).post(link, forms)))
    expect(pages.map(({ status }) => status).filter((status) => status === 303)).toHaveLength(1)
  })

  it('goes by mail where there is a mailer, and its link is never logged', async () => {
    const sent: { url: string; body: string }[] = []
    const logged: string[] = []
    const mailing = freshPanel({
      env: { MAIL_WEBHOOK: 'https://mail.example.com/send' },
      ctx: {
        fetch: (request: OutgoingRequest) => {
          sent.push(request)
          return Promise.resolve(new Response(null, { status: 500 }))
        },
        log: (...line) => void logged.push(JSON.stringify(line)),
      },
    })
    const email = emailOf()
    const page = await (await ownerOf(mailing)).post('/people/invites', { email, role: 'member' })
    const link = linkIn(page, 'invites')
    expect(sent.map(({ url }) => url)).toEqual(['https://mail.example.com/send'])
    expect(JSON.parse(sent[0]?.body ?? '')).toMatchObject({ to: email, text: expect.stringContaining(link) as string })
    expect(page.html).toContain('This deployment sends no mail')
    expect(logged.join()).toContain('mail not taken')
    expect(logged.join()).not.toContain(link.split('/').at(-1))
  })
})

describe('mail to strangers', () => {
  const inviting = async (from: Browser, count: number, to = (n: number) => `${n}-${emailOf()}`) => {
    const statuses: number[] = []
    for (let n = 0; n < count; n++) {
      statuses.push((await from.post('/people/invites', { email: to(n), role: 'member' })).status)
    }
    return statuses
  }
  const fresh = async (at: Platform, address?: string) => {
    const browser = new Browser(at)
    if (address !== undefined) browser.address = address
    const form = { name: 'Ada', email: emailOf(), password: PASSWORD, workspace: 'Mine' }
    expect((await browser.post('/sign-up', form)).status).toBe(303)
    return browser
  }
  const forget = () => env.DB.exec("DELETE FROM attempts WHERE key LIKE 'invites %'")
  beforeEach(forget)

  it('is ten a day from a workspace of today, and says when there may be more', async () => {
    const browser = await fresh(freshPanel({ env: { OPEN_SIGN_UP: '1' } }))
    expect(await inviting(browser, 12)).toEqual([...Array<number>(10).fill(200), 429, 429])
    const page = await browser.post('/people/invites', { email: emailOf(), role: 'member' })
    expect(page.html).toContain('That was tried too often. Try again in 24 hours.')
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(80_000)
    const { results } = await env.DB.prepare("SELECT * FROM invites WHERE workspace_id <> 'ws_first'").all()
    expect(results).toHaveLength(10)
  })

  it('is thirty a quarter of an hour from one address, however many accounts it makes', async () => {
    const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
    const address = '203.0.113.99'
    const statuses: number[] = []
    for (let n = 0; n < 4; n++) statuses.push(...(await inviting(await fresh(open, address), 10)))
    expect(statuses.filter((status) => status === 200)).toHaveLength(30)
  })

  it('is thirty a quarter of an hour from a workspace, whoever invites', async () => {
    const first = await ownerOf(at)
    const { browser: second } = await invited(at, first, 'owner')
    await forget()
    const statuses = [...(await inviting(first, 16)), ...(await inviting(second, 16))]
    expect(statuses).toEqual([...Array<number>(30).fill(200), 429, 429])
  })

  it('is five a day to one person', async () => {
    const email = emailOf()
    const statuses = await inviting(await ownerOf(at), 7, (n) => (n % 2 === 0 ? email : email.toUpperCase()))
    expect(statuses).toEqual([...Array<number>(5).fill(200), 429, 429])
  })

  it('has one line for a subject, and of a name nothing that can be followed', async () => {
    const sent: { subject: string; text: string }[] = []
    const mailing = freshPanel({
      env: { MAIL_WEBHOOK: 'https://mail.example.com/send' },
      ctx: {
        fetch: ({ body }: OutgoingRequest) => {
          sent.push(JSON.parse(body) as { subject: string; text: string })
          return Promise.resolve(new Response('ok'))
        },
      },
    })
    const owner = await ownerOf(mailing)
    // As it may stand in the table since before names were looked at.
    const name = 'Your bank\r\nBcc: all@example.com\r\n\r\nVerify now: https://evil.example/x or www.evil.example'
    await env.DB.prepare("UPDATE workspaces SET name = ? WHERE id = 'ws_first'").bind(name).run()
    const page = await owner.post('/people/invites', { email: emailOf(), role: 'member' })
    expect(page.status).toBe(200)
    expect(sent[0]?.subject).toBe('Join Your bank Bcc all example com Verify now on Sluice')
    expect(sent[0]?.text.replace(/https:\/\/sluice\.test\S+/, '')).not.toMatch(/https?:|www\.|evil\.example|[^.]{300}/)
  })
})

describe('a role', () => {
  it('counts from the next click, and the last owner cannot be lost', async () => {
    const owner = await ownerOf(at)
    const { browser, email } = await invited(at, owner, 'read-only')
    const idOf = async (address: string) =>
      (await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(address).first<string>('id')) ?? ''
    const id = await idOf(email)
    expect((await owner.post(`/people/${id}`, { role: 'owner' })).status).toBe(303)
    expect((await browser.get('/tokens')).status).toBe(200)
    await env.DB.prepare("DELETE FROM members WHERE role = 'owner' AND user_id <> ?").bind(id).run()
    for (const [path, form] of [
      [`/people/${id}`, { role: 'member' }],
      [`/people/${id}/remove`, {}],
    ] as const) {
      const page = await browser.post(path, form)
      expect([page.status, page.html.includes('This is the only owner.')]).toEqual([422, true])
    }
  })

  it('ends at once when its person is removed', async () => {
    const owner = await ownerOf(at)
    const { browser, email } = await invited(at, owner, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    await owner.post(`/people/${id}/remove`)
    expect((await browser.get('/sources')).status).toBe(403)
    expect((await browser.send('/api/sources', {})).status).toBe(403)
    expect((await browser.get('/profile')).status).toBe(200)
  })

  it('of a source admin is granted by ticking the names of sources', async () => {
    const owner = await ownerOf(at)
    const name = `Web shop of ${crypto.randomUUID().slice(0, 6)}`
    await owner.post('/sources', { name, kind: 'javascript' })
    const { html } = await owner.get('/people')
    const tick = new RegExp(`name="(source\\.src_\\w+)"[^>]*>\\s*<span class="wrap">${name}<`)
    const [, field = ''] = tick.exec(html) ?? []
    expect(field).not.toBe('')
    const invite = (fields: Record<string, string>) =>
      owner.post('/people/invites', { email: emailOf(), role: 'source-admin', ...fields })
    const granted = async () =>
      JSON.parse(
        (await env.DB.prepare('SELECT sources FROM invites ORDER BY rowid DESC LIMIT 1').first<string>('sources')) ??
          '[]',
      ) as unknown
    expect((await invite({ [field]: 'on' })).html).toContain('is invited')
    expect(await granted()).toEqual([field.replace('source.', '')])
    // Written by name too, where there are too many to tick.
    expect((await invite({ sources: name.toUpperCase() })).html).toContain('is invited')
    expect((await invite({ 'source.src_of_nobody': 'on' })).html).toContain('There is no source src_of_nobody.')
    const wrong = await owner.post('/people/invites', { email: emailOf(), role: 'source-admin', sources: 'no-such' })
    expect([wrong.status, wrong.html.includes('There is no source no-such.')]).toEqual([422, true])
    const none = await owner.post('/people/invites', { email: emailOf(), role: 'source-admin' })
    expect(none.html).toContain('Name at least one source.')
  })
})

describe('a password reset', () => {
  const newPassword = 'another long password'

  it('by an owner’s link sets a new password once, and ends every session', async () => {
    const owner = await ownerOf(at)
    const { browser, email } = await invited(at, owner, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    const link = linkIn(await owner.post(`/people/${id}/reset-link`), 'reset')
    const short = await new Browser(at).post(link, { password: 'short' })
    expect([short.status, short.html.includes('at least 10 characters')]).toEqual([422, true])
    expect((await new Browser(at).post(link, { password: newPassword })).location).toBe('/sign-in?said=reset')
    expect((await new Browser(at).post(link, { password: newPassword })).status).toBe(422)
    expect((await browser.get('/')).status).toBe(303)
    expect((await new Browser(at).post('/sign-in', { email, password: PASSWORD })).status).toBe(422)
    expect((await new Browser(at).post('/sign-in', { email, password: newPassword })).status).toBe(303)
    expect((await audited('Password Reset')).at(-1)).toMatchObject({ actor_name: email, resource_id: id })
  })

  it('is not for an owner of one workspace to make, when the person belongs to another too', async () => {
    const owner = await ownerOf(at)
    const { email } = await invited(at, owner, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    await env.DB.prepare("INSERT INTO members VALUES ('ws_elsewhere', ?, 'owner', '[]', 0)").bind(id).run()
    expect((await owner.post(`/people/${id}/reset-link`)).status).toBe(422)
  })

  it('is no longer possible by a link from before the person joined another workspace', async () => {
    const [first, open] = [await ownerOf(at), freshPanel({ env: { OPEN_SIGN_UP: '1' } })]
    const { browser, email } = await invited(at, first, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    const link = linkIn(await first.post(`/people/${id}/reset-link`), 'reset')
    const other = new Browser(open)
    await other.post('/sign-up', { name: 'Other', email: emailOf(), password: PASSWORD, workspace: 'Other' })
    const invite = linkIn(await other.post('/people/invites', { email, role: 'owner' }), 'invites')
    expect((await browser.post(invite)).status).toBe(303)
    expect((await new Browser(at).post(link, { password: newPassword })).status).toBe(422)
    expect((await new Browser(at).post('/sign-in', { email, password: PASSWORD })).status).toBe(303)
  })

  it('is no longer possible by an older link once the password was changed, on the profile or by another link', async () => {
    const owner = await ownerOf(at)
    const { browser, email } = await invited(at, owner, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    const link = async () => linkIn(await owner.post(`/people/${id}/reset-link`), 'reset')
    const reset = async (path: string) => (await new Browser(at).post(path, { password: newPassword })).status
    const first = await link()
    expect((await browser.post('/profile/password', { current: PASSWORD, next: 'a third password' })).status).toBe(303)
    expect(await reset(first)).toBe(422)
    const [second, third] = [await link(), await link()]
    expect([await reset(third), await reset(second)]).toEqual([303, 422])
  })

  it('asked for by mail says the same whether there is such an account or not', async () => {
    const sent: string[] = []
    const mailing = freshPanel({
      env: { MAIL_WEBHOOK: 'https://mail.example.com/send' },
      ctx: {
        fetch: ({ body }: OutgoingRequest) => {
          sent.push(body)
          return Promise.resolve(new Response('ok'))
        },
      },
    })
    const owner = await ownerOf(mailing)
    const email = emailOf()
    await owner.post('/people/invites', { email, role: 'member' })
    const joined = new Browser(mailing)
    await joined.post(/\/invites\/\w+/.exec(sent.pop() ?? '')?.[0] ?? '', { name: 'New', password: PASSWORD })
    const browser = new Browser(mailing)
    const [known, unknown] = [
      await browser.post('/forgot', { email }),
      await browser.post('/forgot', { email: emailOf() }),
    ]
    await Promise.all(browser.later)
    expect([known.status, known.html]).toEqual([200, unknown.html])
    expect(sent).toHaveLength(1)
    const link = /\/reset\/\w+/.exec(sent[0] ?? '')?.[0] ?? ''
    expect((await new Browser(mailing).post(link, { password: newPassword })).status).toBe(303)
    expect((await new Browser(mailing).post('/sign-in', { email, password: newPassword })).status).toBe(303)
  })

  it('ends after an hour', async () => {
    const owner = await ownerOf(at)
    const { email } = await invited(at, owner, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    const link = linkIn(await owner.post(`/people/${id}/reset-link`), 'reset')
    await env.DB.exec('UPDATE verifications SET expires_at = 1000')
    expect((await new Browser(at).post(link, { password: newPassword })).status).toBe(422)
  })
})
