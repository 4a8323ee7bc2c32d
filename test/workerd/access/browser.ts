import { env } from 'cloudflare:workers'
import { context, type Context } from '../../../src/context.ts'
import type { Env } from '../../../src/env.ts'
import { panel } from '../../../src/panel.ts'
import { type Platform, platform } from '../../../src/wiring.ts'
import { ADMIN, execution } from '../world.ts'

export const ORIGIN = 'https://sluice.test'

export interface Page {
  status: number
  location: string
  html: string
  headers: Headers
}

/** The platform with its real guard and panel. */
export function freshPanel(overrides: { env?: Partial<Env>; ctx?: Partial<Context> } = {}): Platform {
  return platform({ ...env, ...overrides.env }, { ...context, ...overrides.ctx }, panel)
}

let addresses = 0

/** What browsers say of a link that was followed and of a form that was sent. */
const NAVIGATES = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'Sec-Fetch-Mode': 'navigate' }

/** What a browser does: keeps cookies, says where a form came from, runs no scripts. Follows no redirects. */
export class Browser {
  readonly cookies = new Map<string, string>()
  /** Cookies as they were set, with their attributes. */
  readonly set: string[] = []
  readonly #at: Platform
  readonly #origin: string
  /** Everybody comes from somewhere else, so that limits of one test do not stop the next. */
  address = `198.51.${Math.floor(addresses / 250) % 250}.${addresses++ % 250}`
  readonly later: Promise<unknown>[] = []

  constructor(at: Platform, origin = ORIGIN) {
    this.#at = at
    this.#origin = origin
  }

  /** The same browser, with its cookies, before another platform on the same data. */
  on(at: Platform): Browser {
    const same = new Browser(at, this.#origin)
    for (const [name, value] of this.cookies) same.cookies.set(name, value)
    return same
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.send(path, { headers: { ...NAVIGATES, 'Sec-Fetch-Site': 'none', ...headers } })
  }

  post(path: string, fields: Record<string, string> = {}, headers: Record<string, string> = {}): Promise<Page> {
    const own = { ...NAVIGATES, Origin: this.#origin, 'Sec-Fetch-Site': 'same-origin', ...headers }
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields), headers: own })
  }

  async send(path: string, init: RequestInit): Promise<Page> {
    const headers = new Headers(init.headers)
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) headers.set('Cookie', cookie)
    if (!headers.has('CF-Connecting-IP')) headers.set('CF-Connecting-IP', this.address)
    headers.set('User-Agent', 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/156.0 Safari/537.36')
    const url = path.startsWith('http') ? path : this.#origin + path
    const waiting = { ...execution(), waitUntil: (work: Promise<unknown>) => void this.later.push(work) }
    const request = new Request(url, { ...init, headers, redirect: 'manual' })
    const response = await this.#at.http.fetch(request, env, waiting)
    for (const one of response.headers.getSetCookie()) this.#keep(one)
    const { status, headers: replied } = response
    return {
      status,
      headers: replied,
      location: replied.get('location') ?? '',
      html: new TextDecoder().decode(await response.arrayBuffer()),
    }
  }

  #keep(cookie: string): void {
    this.set.push(cookie)
    const [pair = ''] = cookie.split(';')
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    if (value === '' || /max-age=0\b/i.test(cookie)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** Signed in as an owner of the first workspace, by a one-time link. */
export async function ownerOf(at: Platform): Promise<Browser> {
  const browser = new Browser(at)
  const made = await browser.send('/api/sign-in-links', { method: 'POST', headers: ADMIN })
  const { data } = JSON.parse(made.html) as { data: { signInLink: { url: string } } }
  const arrived = await browser.post(data.signInLink.url)
  if (arrived.status !== 303) throw new Error(`${arrived.status} ${arrived.html}`)
  return browser
}

/** The link that a page shows to be passed on. */
export function linkIn({ html }: Page, path: string): string {
  const link = new RegExp(`https://sluice\\.test(/${path}/[0-9a-z]+)`).exec(html)?.[1]
  if (!link) throw new Error(`no link to /${path} in ${html}`)
  return link
}

export const PASSWORD = 'correct horse battery'

let people = 0

/** Somebody new, invited into the first workspace. */
export async function invited(
  at: Platform,
  owner: Browser,
  role: string,
  sources = '',
): Promise<{ browser: Browser; email: string }> {
  const email = `person${people++}-${crypto.randomUUID().slice(0, 6)}@example.com`
  // Tests invite more people than anybody does in a day.
  await env.DB.exec("DELETE FROM attempts WHERE key LIKE 'invites %'")
  const page = await owner.post('/people/invites', { email, role, sources })
  const browser = new Browser(at)
  const joined = await browser.post(linkIn(page, 'invites'), { name: 'Ada Lovelace', password: PASSWORD })
  if (joined.status !== 303) throw new Error(`${joined.status} ${joined.html}`)
  return { browser, email }
}
