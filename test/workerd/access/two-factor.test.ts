import { createHmac } from 'node:crypto'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { Browser, freshPanel, invited, ownerOf, PASSWORD } from './browser.ts'

const at = freshPanel()

/** What an authenticator app shows (RFC 6238: SHA-1, 30 seconds, 6 digits). */
function codeOf(secret: string, atMs = Date.now()): string {
  const bits = Array.from(secret, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

/** The next one, which is good already: that of now was used to switch the app on. */
const nextCodeOf = (secret: string) => codeOf(secret, Date.now() + 30_000)

const audited = async (type: string, email: string) =>
  env.DB.prepare('SELECT * FROM audit_events WHERE type = ? AND actor_name = ?').bind(type, email).first()

/** Somebody with an authenticator app. */
async function withApp() {
  const { browser, email } = await invited(at, await ownerOf(at), 'member')
  const wrong = await browser.post('/profile/two-factor', { password: 'not the password' })
  expect([wrong.status, wrong.html.includes('This is not your password.')]).toEqual([422, true])
  const { html } = await browser.post('/profile/two-factor', { password: PASSWORD })
  const secret = /<code class="mono">([A-Z2-7 ]+)<\/code>/.exec(html)?.[1]?.replaceAll(' ', '') ?? ''
  const codes = /Recovery codes[^]*?<code>([^<]+)<\/code>/.exec(html)?.[1]?.split('\n') ?? []
  return { browser, email, html, secret, codes }
}

async function switchedOn() {
  const some = await withApp()
  const page = await some.browser.post('/profile/two-factor/confirm', { code: codeOf(some.secret) })
  expect(page.location).toBe('/profile?said=two-factor-on')
  return some
}

const challenged = async (email: string) => {
  const browser = new Browser(at)
  const page = await browser.post('/sign-in', { email, password: PASSWORD, next: '/sources' })
  expect([page.status, page.location]).toEqual([303, '/sign-in/code?next=%2Fsources'])
  expect((await browser.get('/sources')).status).toBe(303)
  return browser
}

it('is set up with a picture made on the server, a secret to type, and codes for when the phone is lost', async () => {
  const { browser, email, html, secret, codes } = await withApp()
  expect(html).toMatch(/<svg [^>]*viewBox/)
  expect(html).not.toMatch(/<script>|style="/)
  expect(secret.length).toBeGreaterThanOrEqual(32)
  expect(new Set(codes).size).toBeGreaterThanOrEqual(8)
  const { results } = await env.DB.prepare('SELECT * FROM two_factors').all()
  expect(JSON.stringify(results)).not.toContain(codes[0])
  // Until a code has shown that the app has it, the password is enough.
  expect((await new Browser(at).post('/sign-in', { email, password: PASSWORD })).location).toBe('/')
  expect((await browser.post('/profile/two-factor/confirm', { code: '000000' })).status).toBe(422)
  expect((await browser.post('/profile/two-factor/confirm', { code: codeOf(secret) })).status).toBe(303)
  expect(await audited('Second Step Enabled', email)).toMatchObject({
    after: expect.stringContaining('true') as string,
  })
})

it('asks for a code after the password, and opens nothing before', async () => {
  const { email, secret } = await switchedOn()
  const browser = await challenged(email)
  const wrong = await browser.post('/sign-in/code', { code: '000000' })
  expect([wrong.status, wrong.html.includes('This code is not right.')]).toEqual([422, true])
  const right = await browser.post('/sign-in/code', { code: nextCodeOf(secret), next: '/sources' })
  expect(right.location).toBe('/sources')
  expect((await browser.get('/sources')).status).toBe(200)
})

it('takes no code without the password', async () => {
  const { secret } = await switchedOn()
  expect((await new Browser(at).post('/sign-in/code', { code: nextCodeOf(secret) })).status).toBe(422)
})

it('takes each code once, however many use it at a time, the one that switched the app on among them', async () => {
  const { email, secret } = await switchedOn()
  const used = await (await challenged(email)).post('/sign-in/code', { code: codeOf(secret) })
  expect([used.status, used.html.includes('This code was used already.')]).toEqual([422, true])
  const code = nextCodeOf(secret)
  const browsers = [await challenged(email), await challenged(email), await challenged(email)]
  const pages = await Promise.all(browsers.map((browser) => browser.post('/sign-in/code', { code })))
  expect(pages.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 422, 422])
  expect((await (await challenged(email)).post('/sign-in/code', { code })).status).toBe(422)
})

it('lets its owner in from anywhere, however many strangers have tried the password', async () => {
  const { email, secret } = await switchedOn()
  const key = `sign-in of ${email}`
  await env.DB.prepare('INSERT INTO attempts VALUES (?, 101, ?)')
    .bind(key, Date.now() + 9e5)
    .run()
  const browser = await challenged(email)
  expect((await browser.post('/sign-in/code', { code: nextCodeOf(secret) })).status).toBe(303)
})

it('takes each recovery code once', async () => {
  const { email, codes } = await switchedOn()
  const [code = ''] = codes
  expect((await (await challenged(email)).post('/sign-in/code', { code })).location).toBe('/')
  expect((await (await challenged(email)).post('/sign-in/code', { code })).status).toBe(422)
})

it('ends a challenge after five wrong codes, and locks the account after ten', async () => {
  const { email, secret } = await switchedOn()
  for (let challenge = 0; challenge < 2; challenge++) {
    const browser = await challenged(email)
    for (let wrong = 0; wrong < 5; wrong++)
      expect((await browser.post('/sign-in/code', { code: '000000' })).status).toBe(422)
    expect((await browser.post('/sign-in/code', { code: nextCodeOf(secret) })).status).toBe(422)
  }
  const locked = await (await challenged(email)).post('/sign-in/code', { code: nextCodeOf(secret) })
  expect([locked.status, locked.html.includes('Try again in a quarter of an hour.')]).toEqual([422, true])
}, 60_000)

it('gives new recovery codes, and is switched off, for the password only', async () => {
  const { browser, email, codes } = await switchedOn()
  expect((await browser.post('/profile/two-factor/recovery-codes', { password: 'wrong password' })).status).toBe(422)
  const made = await browser.post('/profile/two-factor/recovery-codes', { password: PASSWORD })
  expect([made.status, made.html.includes(codes[0] ?? '')]).toEqual([200, false])
  expect((await (await challenged(email)).post('/sign-in/code', { code: codes[0] ?? '' })).status).toBe(422)
  expect((await browser.post('/profile/two-factor/off', { password: 'wrong password' })).status).toBe(422)
  expect((await browser.post('/profile/two-factor/off', { password: PASSWORD })).location).toContain('two-factor-off')
  expect((await new Browser(at).post('/sign-in', { email, password: PASSWORD })).location).toBe('/')
  expect(await audited('Second Step Disabled', email)).not.toBeNull()
  expect(await audited('Recovery Codes Created', email)).not.toBeNull()
})

it('changes a password and ends the other sessions', async () => {
  const { browser, email } = await invited(at, await ownerOf(at), 'member')
  const other = new Browser(at)
  await other.post('/sign-in', { email, password: PASSWORD })
  const next = 'a password for later'
  const wrong = await browser.post('/profile/password', { current: 'wrong password', next })
  expect([wrong.status, /id="current-error"/.test(wrong.html)]).toEqual([422, true])
  expect((await browser.post('/profile/password', { current: PASSWORD, next })).status).toBe(303)
  expect([(await browser.get('/profile')).status, (await other.get('/profile')).status]).toEqual([200, 303])
  expect((await new Browser(at).post('/sign-in', { email, password: next })).status).toBe(303)
  expect(JSON.stringify(await audited('Password Changed', email))).not.toMatch(/later|horse/)
})

it('gives somebody who came by a link a password', async () => {
  await env.DB.exec("DELETE FROM members WHERE workspace_id = 'ws_first'")
  await env.DB.exec("DELETE FROM users WHERE email = 'owner@sluice.localhost'")
  const owner = await ownerOf(at)
  expect((await owner.get('/profile')).html).toContain('Set a password')
  expect((await owner.post('/profile/password', { next: PASSWORD })).status).toBe(303)
  const page = await new Browser(at).post('/sign-in', { email: 'owner@sluice.localhost', password: PASSWORD })
  expect([page.status, page.location]).toEqual([303, '/'])
})

it('is not set up twice: what there is stays good, and the page says so', async () => {
  const { browser, email, secret } = await switchedOn()
  const again = await browser.post('/profile/two-factor', { password: PASSWORD })
  expect([again.status, again.html.includes('There is an authenticator app already.')]).toEqual([422, true])
  const signing = await challenged(email)
  expect((await signing.post('/sign-in/code', { code: nextCodeOf(secret) })).status).toBe(303)
})
