import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { ROLES } from '../../../src/accounts/index.ts'
import { Browser, freshPanel, invited, ownerOf, PASSWORD } from '../access/browser.ts'
import { type World, worldIn } from '../access/world.ts'
import { ADMIN, call, execution } from '../world.ts'
import { type Case, caseOf, type Pattern } from './cases.ts'
import { HEADER, TAG } from './values.ts'

/** `npm run fuzz -- --seed N --minutes M` says other ones; without, the same cases each time. */
const { seed, seconds, cases } = env.FUZZ
/** After so many cases there is a new world, since some of them delete it. */
const WORLD_CASES = 40
/** Of a machine that does much else. Answers take milliseconds. */
const SLOWEST_MS = 30_000
const LARGEST_BODY = 1_000_000

const decoder = new TextDecoder()
const statuses = new Map<number, number>()
const errors: string[] = []
const log = (level: string, message: string, facts?: object) => {
  if (level === 'error') errors.push(`${message} ${JSON.stringify(facts)}`)
}
const at = freshPanel({ env: { OPEN_SIGN_UP: '1' }, ctx: { log } })

const patterns: Pattern[] = [
  ...new Map(at.http.routes.map(({ method, path }) => [`${method} ${path}`, { method, path }])).values(),
]

/** What somebody's requests have that say who they are. */
const people = new Map<string, () => Record<string, string>>([['stranger', () => ({})]])
const sessions: { name: string; browser: Browser; email: string }[] = []

beforeAll(async () => {
  const owner = await ownerOf(at)
  const { source } = await worldIn('ws_first')
  for (const role of ROLES) {
    const person = await invited(at, owner, role, role === 'source-admin' ? `slug-${source.slice(4)}` : '')
    sessions.push({ name: role, ...person })
  }
  const browser = new Browser(at)
  const email = `other-${crypto.randomUUID().slice(0, 6)}@example.com`
  await browser.post('/sign-up', { name: 'Other', email, password: PASSWORD, workspace: 'Other' })
  sessions.push({ name: 'owner of another workspace', browser, email })
  for (const one of sessions) people.set(one.name, () => ({ Cookie: cookieOf(one.browser) }))
  people.set('admin token', () => ADMIN)
  for (const scope of ['full', 'read-only']) {
    const { json } = await call<{ data: { token: { token: string } } }>(at, 'POST', '/api/tokens', {
      name: scope,
      scope,
    })
    people.set(`${scope} token`, () => ({ Authorization: `Bearer ${json.data.token.token}` }))
  }
}, 120_000)

const cookieOf = ({ cookies }: Browser) => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')

/** Whoever was signed out by a case signs in again. */
async function signedInAgain(): Promise<void> {
  for (const one of sessions) {
    if ((await one.browser.get('/profile')).status === 200) continue
    const fresh = new Browser(at)
    await fresh.post('/sign-in', { email: one.email, password: PASSWORD })
    one.browser = fresh
  }
}

/** What is wrong with the answer; empty: nothing. `null`: the runtime does not let such a request be made. */
async function faultOf(one: Case): Promise<string | null> {
  const request = requestOf(one)
  if (request === null) return null
  errors.length = 0
  const began = performance.now()
  const response = await at.http.fetch(request, env, execution())
  if (response.webSocket) {
    response.webSocket.accept()
    response.webSocket.close()
    return ''
  }
  const body = decoder.decode(await response.arrayBuffer())
  const took = performance.now() - began
  const { status, headers } = response
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
  const location = headers.get('location')
  const type = headers.get('content-type') ?? ''
  const unwell = status === 503 && one.path.includes('healthz')
  const missing = status === 501 && body.includes('"type":"not-implemented"')
  if (status >= 500 && !unwell && !missing) return `status ${status}: ${errors.join('; ')} ${body.slice(0, 300)}`
  if (location !== null && !isOurs(location)) return `leads to ${location}`
  if (headers.has(HEADER) || headers.getSetCookie().some((cookie) => cookie.startsWith(HEADER)))
    return 'a header was injected'
  if (/html|svg|xml/.test(type) && body.includes(TAG)) return `markup is reflected: ${around(body, TAG)}`
  if (took > SLOWEST_MS) return `took ${took.toFixed(0)} ms`
  if (body.length > LARGEST_BODY) return `answers ${body.length} characters`
  if (isEvents(one) && status < 400) return `status ${status} would be taken for success`
  return ''
}

/** Something that an SDK may send, by somebody without a session, to what is not the tracking API. */
function isEvents({ who, method, path, headers }: Case): boolean {
  const mode = headers['Sec-Fetch-Mode'] ?? headers.Accept ?? ''
  const plain = !/navigate|text\/html/.test(mode) && !/form-urlencoded/.test(headers['Content-Type'] ?? '')
  const elsewhere = !/^\/+(?:v1|healthz|api)(?:\/|$|\?)/.test(path)
  return who === 'stranger' && plain && elsewhere && ['POST', 'PUT', 'PATCH', 'QUERY', 'X'].includes(method)
}

function requestOf({ who, method, path, headers, body }: Case): Request | null {
  try {
    const all = { 'Sec-Fetch-Site': 'none', ...headers, ...people.get(who)?.() }
    return new Request(`https://sluice.test${path}`, {
      method,
      headers: all,
      redirect: 'manual',
      ...(body !== undefined && { body }),
    })
  } catch {
    return null
  }
}

function isOurs(location: string): boolean {
  const plain = /^[\x21-\x7e]+$/.test(location)
  return (
    plain &&
    URL.canParse(location, 'https://sluice.test/x') &&
    new URL(location, 'https://sluice.test/x').host === 'sluice.test'
  )
}

function around(body: string, what: string): string {
  const found = body.indexOf(what)
  return body.slice(Math.max(0, found - 100), found + 100)
}

function told(number: number, one: Case, fault: string): string {
  const { who, method, path, headers, body } = one
  const sent = typeof body === 'string' ? body.slice(0, 500) : body && `${body.length} bytes`
  const again = `npm run fuzz -- --seed ${seed} --cases ${number + 1}`
  return `case ${number}: ${fault}\n  ${who}: ${method} ${path.slice(0, 500)}\n  ${JSON.stringify(headers).slice(0, 800)}\n  ${sent}\n  the same again: ${again}`
}

it(
  'no request to any route is answered with a fault of ours',
  async () => {
    expect(patterns.length).toBeGreaterThan(100)
    const names = [...people.keys()]
    const end = Date.now() + seconds * 1_000
    const faults: string[] = []
    const answered = { made: 0, impossible: 0 }
    let world: World = await worldIn('ws_first')
    let number = 0
    for (; number < cases && Date.now() < end && faults.length < 20; number++) {
      if (number % WORLD_CASES === WORLD_CASES - 1) {
        world = await worldIn('ws_first')
        await signedInAgain()
      }
      const one = caseOf(seed, number, patterns, names, world)
      const fault = await faultOf(one).catch((error: unknown) => `threw ${String(error)}`)
      answered[fault === null ? 'impossible' : 'made']++
      if (fault) faults.push(told(number, one, fault))
    }
    const table = [...statuses].toSorted(([a], [b]) => a - b).map(([status, times]) => `${status}: ${times}`)
    console.log(`seed ${seed}: ${number} cases of ${patterns.length} routes; ${table.join(', ')}`)
    expect(faults.join('\n\n')).toBe('')
    expect(answered.made).toBeGreaterThan(Math.min(cases, 100) / 2)
  },
  Math.min(Math.max(300_000, seconds * 2_000), 2 ** 31 - 1),
)
