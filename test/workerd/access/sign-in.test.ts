import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { context } from '../../../src/context.ts'
import { ADMIN } from '../world.ts'
import { Browser, freshPanel, invited, linkIn, ORIGIN, ownerOf, PASSWORD } from './browser.ts'

const at = freshPanel()
const SESSION = '__Secure-sluice.session_token'

const signedIn = async (browser: Browser) => (await browser.get('/profile')).status === 200

const signInLink = async (): Promise<string> => {
  const made = await new Browser(at).send('/api/sign-in-links', { method: 'POST', headers: ADMIN })
  expect(made.status).toBe(201)
  return (JSON.parse(made.html) as { data: { signInLink: { url: string } } }).data.signInLink.url
}

describe('a sign-in link', () => {
  it('signs in as the owner by a press of its page’s button, once', async () => {
    const link = await signInLink()
    expect(link).toMatch(/^https:\/\/sluice\.test\/sign-in\/[0-9a-f]{40}$/)
    const [first, second] = [new Browser(at), new Browser(at)]
    const page = await first.get(link)
    expect([page.status, page.headers.get('referrer-policy')]).toEqual([200, 'strict-origin'])
    const action = /<form method="post" action="(\/sign-in\/[0-9a-f]{40})"/.exec(page.html)?.[1] ?? ''
    expect((await first.post(action)).location).toBe('/')
    expect((await first.get('/tokens')).status).toBe(200)
    expect([(await second.get(link)).status, (await second.post(link)).status]).toEqual([410, 410])
    expect(await signedIn(second)).toBe(false)
  })

  it('says whose it is, and who one is at the moment', async () => {
    const owner = await ownerOf(at)
    const { browser, email } = await invited(at, owner, 'member')
    const address = /E-mail address: ([^<]+)</.exec((await owner.get('/profile')).html)?.[1] ?? ''
    const { html } = await browser.get(await signInLink())
    expect([address.includes('@'), html.includes(address), html.includes(email)]).toEqual([true, true, true])
  })

  it('ends after an hour', async () => {
    const link = await signInLink()
    const later = freshPanel({ ctx: { now: () => context.now() + 61 * 60_000 } })
    expect((await new Browser(later).get(link)).status).toBe(410)
    expect((await new Browser(later).post(link)).status).toBe(410)
  })

  it('is pressed on our own page only', async () => {
    const link = await signInLink()
    for (const headers of [
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'null' },
      { 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'https://evil.example' },
      {},
    ]) {
      const browser = new Browser(at)
      const page = await browser.send(link, { method: 'POST', body: new URLSearchParams(), headers })
      expect([headers, page.status, browser.set]).toEqual([headers, 403, []])
    }
    expect((await new Browser(at).post(link)).status).toBe(303)
  })

  it('is kept as a hash', async () => {
    const token = (await signInLink()).split('/').at(-1) ?? ''
    const { results } = await env.DB.prepare('SELECT * FROM verifications').all()
    expect(JSON.stringify(results)).not.toContain(token)
  })
})

describe('a link that is only looked at', () => {
  const tables = ['verifications', 'sessions', 'invites', 'members', 'attempts', 'users', 'credentials', 'audit_events']
  const everything = async () => {
    const reads = tables.map((table) => env.DB.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`))
    return JSON.stringify((await env.DB.batch(reads)).map(({ results }) => results))
  }
  const asked: [string, string, Record<string, string>][] = [
    ['a person', 'GET', {}],
    ['a scanner', 'HEAD', {}],
    ['a browser that fetches ahead', 'GET', { 'Sec-Purpose': 'prefetch;prerender', 'Sec-Fetch-Site': 'none' }],
    ['another site', 'GET', { 'Sec-Fetch-Site': 'cross-site', Referer: 'https://evil.example/' }],
    ['a preview', 'OPTIONS', { Origin: 'https://evil.example' }],
  ]

  it.each(asked)('by %s is not spent, counts nothing and gives no cookie', async (_, method, headers) => {
    const owner = await ownerOf(at)
    const { email } = await invited(at, owner, 'member')
    const id = await env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(email).first<string>('id')
    const reset = linkIn(await owner.post(`/people/${id}/reset-link`), 'reset')
    const address = `looked-${crypto.randomUUID().slice(0, 6)}@example.com`
    const invite = linkIn(await owner.post('/people/invites', { email: address, role: 'member' }), 'invites')
    const links = [await signInLink(), reset, invite, '/sign-in/none', '/invites/none', '/reset/none']
    const before = await everything()
    const browser = new Browser(at)
    for (const link of links) for (let n = 0; n < 3; n++) await browser.send(link, { method, headers })
    expect([browser.set, await everything()]).toEqual([[], before])
    expect((await new Browser(at).post(links[0] ?? '')).status).toBe(303)
    expect((await new Browser(at).post(reset, { password: PASSWORD })).status).toBe(303)
    expect((await new Browser(at).post(invite, { name: 'New', password: PASSWORD })).status).toBe(303)
  })
})

it('a form for strangers that another site sends sets no cookie and does nothing', async () => {
  const { email } = await invited(at, await ownerOf(at), 'member')
  for (const headers of [{ 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.example' }, {}]) {
    const browser = new Browser(at)
    const body = new URLSearchParams({ email, password: PASSWORD })
    const page = await browser.send('/sign-in', { method: 'POST', body, headers })
    expect([headers, page.status, browser.set]).toEqual([headers, 403, []])
  }
})

describe('a session', () => {
  it('is in a cookie that scripts and other sites do not get, and the sign-in page goes on to where one wanted to go', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const browser = new Browser(at)
    expect((await browser.get('/sources?q=a')).location).toBe('/sign-in?next=%2Fsources%3Fq%3Da')
    const page = await browser.post('/sign-in', { email, password: PASSWORD, next: '/sources?q=a' })
    expect([page.status, page.location]).toEqual([303, '/sources?q=a'])
    const cookie = browser.set.find((one) => one.startsWith(`${SESSION}=`)) ?? ''
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) expect(cookie).toContain(attribute)
    expect(cookie).not.toContain('Domain')
  })

  it('works on plain http of this machine', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const browser = new Browser(at, 'http://127.0.0.1:8787')
    expect((await browser.post('/sign-in', { email, password: PASSWORD })).status).toBe(303)
    expect(browser.set.join()).not.toContain('Secure')
    expect(await signedIn(browser)).toBe(true)
  })

  it.each(['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'])(
    'does not go on to %s',
    async (next) => {
      const { email } = await invited(at, await ownerOf(at), 'member')
      const page = await new Browser(at).post('/sign-in', { email, password: PASSWORD, next })
      expect([page.status, page.location]).toEqual([303, '/'])
    },
  )

  it('is a new one at each sign-in, whatever cookie came along', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const attacker = await ownerOf(at)
    const planted = attacker.cookies.get(SESSION) ?? ''
    const victim = new Browser(at)
    victim.cookies.set(SESSION, planted)
    await victim.post('/sign-in', { email, password: PASSWORD })
    expect(victim.cookies.get(SESSION)).not.toBe(planted)
    expect((await victim.get('/profile')).html).toContain(email)
    expect((await attacker.get('/profile')).html).not.toContain(email)
  })

  it('is worth nothing without its signature, or with another', async () => {
    const { browser } = await invited(at, await ownerOf(at), 'member')
    const [token = '', signature = ''] = decodeURIComponent(browser.cookies.get(SESSION) ?? '').split('.')
    const { results } = await env.DB.prepare('SELECT token FROM sessions').all()
    expect(results).toContainEqual({ token })
    const wrong = signature.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))
    for (const value of [token, `${token}.`, `${token}.${wrong}`, `x${token}.${signature}`]) {
      const other = new Browser(at)
      other.cookies.set(SESSION, encodeURIComponent(value))
      expect([value, await signedIn(other)]).toEqual([value, false])
    }
  })

  it('ends by signing out, on the server too', async () => {
    const { browser } = await invited(at, await ownerOf(at), 'member')
    const cookie = browser.cookies.get(SESSION) ?? ''
    expect((await browser.post('/sign-out')).location).toBe('/sign-in')
    browser.cookies.set(SESSION, cookie)
    expect(await signedIn(browser)).toBe(false)
  })

  it('is listed, and one or all of them can be ended', async () => {
    const { browser, email } = await invited(at, await ownerOf(at), 'member')
    const others = [new Browser(at), new Browser(at)] as const
    for (const other of others) await other.post('/sign-in', { email, password: PASSWORD })
    const { html } = await browser.get('/profile')
    expect(html.match(/Chrome on macOS/g)?.length).toBeGreaterThanOrEqual(3)
    const end = /action="(\/profile\/sessions\/[^/"]+\/end)"/.exec(html)?.[1] ?? ''
    expect((await browser.post(end)).status).toBe(303)
    expect([await signedIn(others[0]), await signedIn(others[1])].filter(Boolean)).toHaveLength(1)
    await browser.post('/profile/sessions/end')
    expect([await signedIn(browser), await signedIn(others[0]), await signedIn(others[1])]).toEqual([
      false,
      false,
      false,
    ])
  })

  it('ends when the first password is set elsewhere, as when it is changed', async () => {
    const [one, two] = [await ownerOf(at), await ownerOf(at)]
    await env.DB.exec("DELETE FROM credentials WHERE user_id IN (SELECT user_id FROM members WHERE role = 'owner')")
    expect((await one.post('/profile/password', { next: PASSWORD })).status).toBe(303)
    expect([await signedIn(one), await signedIn(two)]).toEqual([true, false])
  })

  it('ends after two weeks', async () => {
    const { browser } = await invited(at, await ownerOf(at), 'member')
    const later = freshPanel({ ctx: { now: () => context.now() + 15 * 86_400_000 } })
    const old = new Browser(later)
    old.cookies.set(SESSION, browser.cookies.get(SESSION) ?? '')
    expect(await signedIn(old)).toBe(false)
  })

  it('acts in the workspace that its person chose', async () => {
    const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
    const browser = new Browser(open)
    const email = `two-${crypto.randomUUID().slice(0, 6)}@example.com`
    await browser.post('/sign-up', { name: 'Two', email, password: PASSWORD, workspace: 'Of their own' })
    const invitation = await (await ownerOf(open)).post('/people/invites', { email, role: 'read-only' })
    const own = /name="workspace" value="(ws_[^"]+)"/.exec((await browser.get('/workspace')).html)?.[1] ?? ''
    // Whoever accepts an invitation goes where they were invited to.
    expect((await browser.post(linkIn(invitation, 'invites'))).location).toBe('/')
    expect((await browser.post('/sources', { name: 'X', kind: 'javascript' })).status).toBe(403)
    expect((await browser.post('/workspace/switch', { workspace: own })).status).toBe(303)
    expect((await browser.post('/sources', { name: 'X', kind: 'javascript' })).status).toBe(303)
  })
})

describe('a wrong password', () => {
  it('says the same as an unknown address', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const known = await new Browser(at).post('/sign-in', { email, password: 'wrong password' })
    const unknown = await new Browser(at).post('/sign-in', { email: 'nobody@example.com', password: 'wrong password' })
    const message = 'E-mail address or password is wrong.'
    expect([known.status, known.html.includes(message)]).toEqual([422, true])
    expect([unknown.status, unknown.html.includes(message)]).toEqual([422, true])
    expect(known.html).not.toContain('wrong password')
  })
})

it('asks for nothing that runs or loads from elsewhere, on pages and replies alike', async () => {
  const owner = await ownerOf(at)
  for (const path of ['/', '/sign-in', '/people', '/no-such-page', '/api', '/api/none']) {
    const { headers } = await owner.get(path)
    const policy = headers.get('content-security-policy') ?? ''
    expect([path, policy]).toEqual([path, expect.stringContaining("default-src 'self'")])
    expect(policy).toContain("script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|https?:|\*/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toContain('max-age=')
    expect(headers.get('cache-control')).toBe('no-store')
  }
})

it('reads no form that is larger than a form can be, of strangers neither', async () => {
  const much = 'x'.repeat(1_100_000)
  const browser = new Browser(at)
  expect((await browser.post('/sign-in', { email: 'a@example.com', password: much })).status).toBe(413)
  expect((await browser.post('/theme', { theme: much })).status).toBe(413)
})

it('leads back from the choice of light and dark to a page of ours, never to another host', async () => {
  const from = (referer: string) => new Browser(at).post('/theme', { theme: 'dark' }, { Referer: referer })
  expect((await from(`${ORIGIN}/sources?q=a`)).location).toBe('/sources?q=a')
  for (const path of ['//evil.example/', '/\\evil.example/', '///evil.example/']) {
    expect((await from(ORIGIN + path)).location).toBe('/')
  }
  expect((await from('https://evil.example/sources')).location).toBe('/')
})

describe('a form of another site', () => {
  const cases: [string, Record<string, string>][] = [
    ['by its origin', { Origin: 'https://evil.example', 'Sec-Fetch-Site': '' }],
    ['by what the browser says', { Origin: '', 'Sec-Fetch-Site': 'cross-site' }],
    ['of a neighbouring host', { Origin: '', 'Sec-Fetch-Site': 'same-site' }],
    ['of a sandboxed frame', { Origin: 'null', 'Sec-Fetch-Site': '' }],
    ['that says nothing of itself', { Origin: '', 'Sec-Fetch-Site': '' }],
  ]
  it.each(cases)('is refused %s', async (_, headers) => {
    const { browser } = await invited(at, await ownerOf(at), 'owner')
    const said = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''))
    const init = { method: 'POST', body: new URLSearchParams({ name: 'Taken over', email: 'x@example.com' }) }
    for (const path of ['/workspace', '/profile/name', '/people/invites', '/sources', '/sign-out']) {
      const page = await browser.send(path, { ...init, headers: said })
      expect([path, page.status]).toEqual([path, 403])
    }
    const api = await browser.send('/api/sources', { method: 'POST', body: '{"slug":"evil"}', headers: said })
    expect(api.status).toBe(403)
    const socket = await browser.send('/sources', { headers: { ...said, Upgrade: 'websocket' } })
    expect(socket.status).toBe(403)
    expect(await signedIn(browser)).toBe(true)
  })

  it('is no matter for a token, which no other site can have sent', async () => {
    const headers = { ...ADMIN, Origin: 'https://tool.example', 'Content-Type': 'application/json' }
    const reply = await new Browser(at).send('/api/sources', { method: 'POST', body: '{"slug":"by-tool"}', headers })
    expect(reply.status).toBe(201)
  })

  it('lets the own page use the API with its session', async () => {
    const { browser } = await invited(at, await ownerOf(at), 'member')
    const own = { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' }
    const made = await browser.send('/api/sources', { method: 'POST', body: '{"slug":"by-page"}', headers: own })
    expect([made.status, made.html.includes('by-page')]).toEqual([201, true])
    expect((await browser.send('/api/tokens', { headers: own })).status).toBe(403)
  })
})
