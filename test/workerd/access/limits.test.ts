import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { network } from '../../../src/accounts/attempts.ts'
import { context } from '../../../src/context.ts'
import { Browser, freshPanel, invited, ownerOf, type Page, PASSWORD } from './browser.ts'

const at = freshPanel()

const guess = (browser: Browser, email: string, headers: Record<string, string> = {}): Promise<Page> =>
  browser.post('/sign-in', { email, password: 'a wrong guess' }, headers)

/** Statuses of so many guesses. */
async function guesses(count: number, one: (index: number) => Promise<Page>): Promise<number[]> {
  const statuses: number[] = []
  for (let index = 0; index < count; index++) statuses.push((await one(index)).status)
  return statuses
}

describe('guessing a password', () => {
  it('ends for an account after ten tries from one address, and the right one is not taken from there either', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const stranger = new Browser(at)
    const statuses = await guesses(12, () => guess(stranger, email))
    expect(statuses).toEqual([...Array<number>(10).fill(422), 429, 429])
    const right = await stranger.post('/sign-in', { email, password: PASSWORD })
    expect([right.status, Number(right.headers.get('retry-after'))]).toEqual([429, expect.closeTo(890, -2)])
    expect(right.html).toContain('Try again in 15 minutes.')
    expect((await new Browser(at).post('/sign-in', { email, password: PASSWORD })).status).toBe(303)
    const later = new Browser(freshPanel({ ctx: { now: () => context.now() + 16 * 60_000 } }))
    later.address = stranger.address
    expect((await later.post('/sign-in', { email, password: PASSWORD })).status).toBe(303)
  }, 60_000)

  describe('of an account from many addresses', () => {
    /** As after a hundred tries; one of them is made. */
    const searched = async (email: string) => {
      expect((await guess(new Browser(at), email)).status).toBe(422)
      const { meta } = await env.DB.prepare('UPDATE attempts SET count = 100 WHERE key = ?')
        .bind(`sign-in of ${email}`)
        .run()
      expect(meta.changes).toBe(1)
      expect((await guess(new Browser(at), email)).status).toBe(429)
    }

    it('ends after a hundred, and leaves its owner the browsers where they have signed in before', async () => {
      const { browser, email } = await invited(at, await ownerOf(at), 'member')
      await searched(email)
      const right = (from: Browser) => from.post('/sign-in', { email, password: PASSWORD })
      expect((await right(new Browser(at))).status).toBe(429)
      await browser.post('/sign-out')
      browser.address = '203.0.113.77'
      expect((await right(browser)).status).toBe(303)
      await browser.post('/sign-out')
      const statuses = await guesses(12, () => guess(browser, email))
      expect(statuses).toEqual([...Array<number>(10).fill(422), 429, 429])
    }, 60_000)

    it('leaves whoever is signed in the change of their password', async () => {
      const { browser, email } = await invited(at, await ownerOf(at), 'member')
      await searched(email)
      const form = { current: PASSWORD, next: 'another long password' }
      expect((await browser.post('/profile/password', form)).status).toBe(303)
    })

    it('takes no browser for known whose cookie is another’s, or was made up', async () => {
      const { email } = await invited(at, await ownerOf(at), 'member')
      const other = await invited(at, await ownerOf(at), 'member')
      const idOf = (address: string) =>
        env.DB.prepare('SELECT id FROM users WHERE email = ?').bind(address).first<string>('id')
      const [id, otherId] = [await idOf(email), await idOf(other.email)]
      await searched(email)
      const name = (of: string | null) => `__Secure-sluice.device-${of}`
      const signed = other.browser.cookies.get(name(otherId))
      expect(signed).toContain(`${otherId}.`)
      for (const value of [signed, `${id}.abc.def`, signed?.replace(otherId ?? '', id ?? '')]) {
        const browser = new Browser(at)
        browser.cookies.set(name(id), value ?? '')
        expect((await browser.post('/sign-in', { email, password: PASSWORD })).status).toBe(429)
      }
    })
  })

  it('keeps nobody from claiming a deployment, signing up or asking for a reset elsewhere', async () => {
    const open = freshPanel({ env: { OPEN_SIGN_UP: '1' } })
    const email = 'wanted@example.com'
    const form = { name: 'A', email, password: 'short', workspace: 'W' }
    const stranger = new Browser(open)
    expect((await guesses(6, () => stranger.post('/sign-up', form))).at(-1)).toBe(429)
    expect((await new Browser(open).post('/sign-up', { ...form, password: PASSWORD })).status).toBe(303)
  })

  it('ends for an address after thirty, whatever it says of itself in X-Forwarded-For', async () => {
    const browser = new Browser(at)
    const statuses = await guesses(33, (index) =>
      guess(browser, `nobody${index}@example.com`, {
        'X-Forwarded-For': `203.0.113.${index}`,
        'X-Real-IP': `203.0.113.${index}`,
        Forwarded: `for=203.0.113.${index}`,
        'True-Client-IP': `203.0.113.${index}`,
      }),
    )
    expect(statuses).toEqual([...Array<number>(30).fill(422), 429, 429, 429])
  }, 60_000)

  it('from an address that is out of tries keeps nobody from their account, and is not written down', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const browser = new Browser(at)
    await guesses(31, (index) => guess(browser, `nobody-at-all${index}@example.com`))
    const rows = () => env.DB.prepare('SELECT * FROM attempts ORDER BY key').all()
    const before = await rows()
    expect(await guesses(11, () => guess(browser, email))).toEqual(Array<number>(11).fill(429))
    expect((await rows()).results).toEqual(before.results)
    expect((await new Browser(at).post('/sign-in', { email, password: PASSWORD })).status).toBe(303)
  }, 60_000)

  it('is none when it is right: whoever signs in often is not counted', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const browser = new Browser(at)
    const statuses = await guesses(35, () => browser.post('/sign-in', { email, password: PASSWORD }))
    expect(new Set(statuses)).toEqual(new Set([303]))
  }, 60_000)

  it('is not made good by being right about something else', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const browser = new Browser(at)
    const statuses: number[] = []
    for (let index = 0; index < 31; index++) {
      statuses.push((await guess(browser, `victim${index}@example.com`)).status)
      await browser.post('/sign-in', { email, password: PASSWORD })
    }
    expect(statuses).toEqual([...Array<number>(30).fill(422), 429])
  }, 60_000)

  it('is counted where every isolate sees it, and however many come at once', async () => {
    const email = 'at-once@example.com'
    const { address } = new Browser(at)
    const somebody = () => Object.assign(new Browser(freshPanel()), { address })
    const pages = await Promise.all(Array.from({ length: 14 }, () => guess(somebody(), email)))
    expect(pages.filter(({ status }) => status === 429)).toHaveLength(4)
  }, 60_000)

  it('does not tell whether there is such an account', async () => {
    const browser = new Browser(at)
    const statuses = await guesses(11, () => guess(browser, 'no-such-account@example.com'))
    expect(statuses.at(-1)).toBe(429)
  }, 60_000)
})

it('takes an IPv6 network for one', () => {
  expect(network('2001:db8:1:2:3:4:5:6')).toBe(network('2001:DB8:1:2::9'))
  expect(network('2001:db8::1')).toBe('2001:db8:0:0::/64')
  expect(network('2001:db8:1:3::1')).not.toBe(network('2001:db8:1:2::1'))
  expect(network('192.0.2.1')).toBe('192.0.2.1')
})

it('lets nobody guess the secret that claims a deployment', async () => {
  await env.DB.exec("DELETE FROM members WHERE workspace_id = 'ws_first'")
  const form = { name: 'A', email: 'a@example.com', password: PASSWORD, workspace: 'W' }
  const browser = new Browser(at)
  const claim = (secret: string) => browser.post('/claim', { ...form, secret })
  expect(await guesses(11, (index) => claim(`guess ${index}`))).toEqual([...Array<number>(10).fill(422), 429])
  expect((await claim(env.ADMIN_TOKEN ?? '')).status).toBe(429)
})
