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
  it('ends for an account after ten tries, from wherever they come, and the right one is not taken either', async () => {
    const { email } = await invited(at, await ownerOf(at), 'member')
    const statuses = await guesses(12, () => guess(new Browser(at), email))
    expect(statuses).toEqual([...Array<number>(10).fill(422), 429, 429])
    const right = await new Browser(at).post('/sign-in', { email, password: PASSWORD })
    expect([right.status, Number(right.headers.get('retry-after'))]).toEqual([429, expect.closeTo(890, -2)])
    expect(right.html).toContain('Try again in 15 minutes.')
    const later = freshPanel({ ctx: { now: () => context.now() + 16 * 60_000 } })
    expect((await new Browser(later).post('/sign-in', { email, password: PASSWORD })).status).toBe(303)
  }, 60_000)

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
    const pages = await Promise.all(Array.from({ length: 14 }, () => guess(new Browser(freshPanel()), email)))
    expect(pages.filter(({ status }) => status === 429)).toHaveLength(4)
  }, 60_000)

  it('does not tell whether there is such an account', async () => {
    const statuses = await guesses(11, () => guess(new Browser(at), 'no-such-account@example.com'))
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
