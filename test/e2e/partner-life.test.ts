import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fault, partner } from '../node/certify/partner.ts'
import { ADMIN_TOKEN, type Api, apiOf, patient, temporaryDir } from './local.ts'
import { faults, picture } from './panel-look.ts'
import { partnerSite } from './partner-site.ts'
import { openBrowser } from './shared-browser.ts'
import { Visitor } from './visitor.ts'
import { migrate, startWorker } from './worker.ts'

/** What an endpoint does wrong all at once, by the numbers of the checks that find it. */
const FAULTS: Partial<Record<Fault, string>> = {
  'takes any key': 'C104',
  'takes no key for one': 'C105',
  'does not know a call that it names': 'C103',
  '400 for calls that it does not take': 'C106',
  '500 for half an event': 'C107',
  'counts repeats': 'C108',
  'uses the time of arrival': 'C110',
  'knows no delete': 'C111',
  '16 KB at most': 'C112',
  'one-byte letters': 'C113',
  'falls over null': 'C114',
  'closed list of fields': 'C115',
  'flat settings only': 'C116',
}
const CUSTOMERS = 10
const DAYS = 3
const SETTLED_MS = 30_000
/** Events of the version that is halted: as many as are told from chance, and more. */
const TO_HALT = 25
/** Days of trouble, and events that a customer sends on each; a few customers send one that is refused. */
const BAD = { days: 7, events: 15, refused: 5 }
/** Days after that, of which the last are looked at one by one: less than the fourteen after which a badge goes. */
const GOOD = { days: 11, events: 30, looks: 3 }
const A_DAY_MINUTES = 24 * 60 + 1

let dir: Awaited<ReturnType<typeof temporaryDir>>
let run: Awaited<ReturnType<typeof startWorker>>
let chromium: Awaited<ReturnType<typeof openBrowser>>
let operator: Api

beforeAll(async () => {
  dir = await temporaryDir()
  const state = join(dir.path, 'state')
  await migrate(state)
  const secrets = { adminToken: ADMIN_TOKEN, encryptionKeys: `k1:${Buffer.alloc(32, 7).toString('base64')}` }
  run = await startWorker('test/e2e/life-worker.ts', state, secrets, { OPEN_SIGN_UP: '1' })
  operator = apiOf(run.url)
  chromium = await openBrowser()
}, 180_000)

afterAll(async () => {
  await chromium?.close()
  await run?.stop()
  await dir?.remove()
})

/** The page of one of those who take part; what its browser complains of fails the test. */
async function pageOf(browser: Browser, complaints: string[]): Promise<Page> {
  const page = await (await browser.newContext({ colorScheme: 'light', reducedMotion: 'reduce' })).newPage()
  page.setDefaultTimeout(patient(10_000))
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return page
}

/** How a page looks on a desktop and on a phone, light and dark: axe, what is too wide, what lies over each other. */
async function look(page: Page, name: string, found: string[]): Promise<void> {
  for (const [screen, viewport] of Object.entries(SCREENS)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await picture(page, `life-${name}-${screen}-${colorScheme}`)
      // A theme changes colours and nothing else.
      if (colorScheme === 'light' || screen === 'desktop')
        found.push(...(await faults(page)).map((what) => `${name} (${screen}, ${colorScheme}): ${what}`))
    }
  }
  await page.setViewportSize(SCREENS.desktop)
  await page.emulateMedia({ colorScheme: 'light' })
}

const SCREENS = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }

const linkIn = async (page: Page, path: string) => {
  const text = await page.locator('pre, code').filter({ hasText: path }).first().innerText()
  return new URL(/https?:\S+/.exec(text)?.[0] ?? text.trim())
}

/** Does an act of the lifecycle by its form. */
async function act(page: Page, name: string, words = ''): Promise<void> {
  await page.getByRole('radio', { name }).check()
  if (words !== '') await page.getByLabel('Your words').fill(words)
  await page.getByRole('button', { name: 'Do it' }).click()
  await page.getByRole('status').first().waitFor()
}

/** Certifies by the page, and answers what failed when the run is over. */
async function certify(page: Page, path: string, readBack: string): Promise<string[]> {
  await page.goto(`${path}/certifications`)
  await page.getByLabel('API key').fill('right-key')
  await page.getByLabel('Read-back').fill(readBack)
  await page.getByRole('button', { name: 'Certify', exact: true }).click()
  await page.getByRole('heading', { name: 'What it came to' }).waitFor({ timeout: patient(SETTLED_MS) })
  return page
    .getByRole('region', { name: 'Checks that failed' })
    .locator('tbody td:first-child, tbody th')
    .allInnerTexts()
}

/** Somebody who has connected it. */
interface Joined {
  api: Visitor['api']
  writeKey: string
  destination: string
}

/** A company that signs up, follows the invitation and connects a source of its own. */
async function customer(n: number, beta: string, integration: string): Promise<Joined> {
  const visitor = new Visitor(run.url, n)
  const email = `grace@customer-${n}.example`
  await visitor.post('/sign-up', {
    name: 'Grace',
    email,
    password: 'correct horse battery',
    workspace: `Customer ${n}`,
  })
  await visitor.post(beta, {})
  const { source } = await visitor.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
    slug: `shop-${n}`,
  })
  const wanted = { sourceId: source.id, metadataId: integration, settings: { apiKey: 'right-key' } }
  const { destination } = await visitor.api<{ destination: { id: string } }>('POST', '/api/destinations', wanted)
  return {
    api: (method, path, body) => visitor.api(method, path, body),
    writeKey: source.writeKeys[0] ?? '',
    destination: destination.id,
  }
}

/** So many events of theirs were delivered or refused, since the beginning. */
async function ended({ api, destination }: Joined, events: number): Promise<void> {
  const path = `/api/destinations/${destination}/ledger`
  for (const end = Date.now() + patient(SETTLED_MS); Date.now() < end; await sleep(100)) {
    const { ledger } = await api<{ ledger: { delivered: number; dead: number } }>('GET', path)
    if (ledger.delivered + ledger.dead >= events) return
  }
  throw new Error(`${destination} has not got ${events} events`)
}

it(
  'a partner applies, builds, certifies, is public once ten customers use it, and is watched from then on',
  { timeout: 1_500_000 },
  async () => {
    const complaints: string[] = []
    const found: string[] = []
    const at = (path: string) => run.url + path
    await using endpoint = await partner(...(Object.keys(FAULTS) as Fault[]))
    await using site = await partnerSite(run.url, 'right-key')

    // Somebody applies, is asked back, answers, and is accepted.
    const ada = await pageOf(chromium.browser, complaints)
    await ada.goto(at('/partners/apply'))
    await ada.getByLabel('Company').fill('Acme')
    await ada.getByLabel('Web site').fill('acme.example')
    await ada.getByLabel('Work e-mail').fill('ada@acme.example')
    await ada.getByLabel('Direct').check()
    await ada.getByLabel('What would customers do').fill('They see who comes back.')
    await ada.getByLabel('How do customers get data').fill('By CSV.')
    await ada.getByRole('button', { name: 'Apply' }).click()
    await ada.getByRole('heading', { name: 'Almost there' }).waitFor()

    const grace = await pageOf(chromium.browser, complaints)
    const { signInLink } = await operator<{ signInLink: { url: string } }>('POST', '/api/sign-in-links')
    await grace.goto(signInLink.url)
    await grace.getByRole('button', { name: /sign in/i }).click()
    const { applications } = await operator<{ applications: { id: string }[] }>(
      'GET',
      '/api/applications?state=unconfirmed',
    )
    const application = at(`/applications/${applications[0]?.id}`)
    await grace.goto(application)
    await grace.getByRole('button', { name: /link/i }).click()
    const confirm = await linkIn(grace, '/partners/confirm/')
    await ada.goto(confirm.href)
    await ada.getByRole('button', { name: 'Confirm' }).click()
    await ada.getByText('It is our turn').waitFor()
    const status = ada.url()
    const decide = async (decision: string, words: string) => {
      await grace.goto(application)
      await grace.locator(`input[name="decision"][value="${decision}"]`).check()
      await grace.locator('textarea[name="words"]').fill(words)
      await grace
        .locator('form', { has: grace.locator('textarea[name="words"]') })
        .getByRole('button')
        .last()
        .click()
      await grace.getByRole('status').first().waitFor()
    }
    await decide('ask', 'Which events do you need?')
    await ada.goto(status)
    await ada.getByLabel('Your answer').fill('Track alone.')
    await ada.getByRole('button', { name: 'Send the answer' }).click()
    await ada.getByText('It is our turn').waitFor()
    await decide('accept', 'Welcome.')

    // They build it in the portal.
    await ada.goto(at('/integrations/new?kind=direct'))
    await ada.locator('#name').fill('Acme Returns')
    await ada.locator('#slug').fill('acme-returns')
    await ada.locator('#description').fill('Sees who comes back, and when.')
    await ada.locator('#endpoint').fill(endpoint.endpoint)
    for (const call of ['identify', 'track', 'page', 'group']) {
      await ada.locator(`input[name="supportedMethods"][value="${call}"]`).check()
    }
    for (const call of ['screen', 'alias']) {
      await ada.locator(`input[name="supportedMethods"][value="${call}"]`).uncheck()
    }
    await ada.locator('#rate').fill('200')
    await ada.locator('#integration .button-main').click()
    await ada.waitForURL(/\/integrations\/int_\w+/)
    const id = /int_\w+/.exec(ada.url())?.[0] ?? ''
    const path = at(`/integrations/${id}`)
    await ada.goto(`${path}/lifecycle`)
    await look(ada, 'building', found)

    // Twelve faults and one more, each found by its number; mended, there is none.
    const failed = await certify(ada, path, endpoint.readBack)
    const numbers = failed.map((text) => /C\d{3}/.exec(text)?.[0])
    for (const [fault, number] of Object.entries(FAULTS))
      expect([fault, numbers]).toEqual([fault, expect.arrayContaining([number])])
    expect(Object.keys(FAULTS).length).toBeGreaterThanOrEqual(12)
    await ada.goto(`${path}/lifecycle`)
    expect(await ada.getByRole('radio', { name: 'Submit for review' }).isDisabled()).toBe(true)
    endpoint.faults.clear()
    expect(await certify(ada, path, endpoint.readBack)).toEqual([])

    // Submitted, asked about, and in private beta.
    await ada.goto(`${path}/lifecycle`)
    await act(ada, 'Submit for review', 'Please look at it.')
    await grace.goto(at('/submissions'))
    await look(grace, 'submissions', found)
    await grace.getByRole('link', { name: 'Acme Returns' }).click()
    await act(grace, 'Ask back', 'What does a 501 of yours mean?')
    await ada.reload()
    await look(ada, 'asked', found)
    await act(ada, 'Answer', 'That we take no such call.')
    await grace.reload()
    await look(grace, 'submission', found)
    await act(grace, 'Accept', 'All is well.')

    // A client of their own site, and an invitation for customers.
    await ada.goto(`${path}/clients`)
    await ada.getByLabel('Name').fill('Acme')
    await ada.getByLabel('Redirect addresses').fill(`${site.url}/back`)
    await ada.getByRole('button', { name: 'Make the client' }).click()
    const secret = await ada.locator('code').filter({ hasText: 'sluice_secret_' }).first().innerText()
    const client = await ada.locator('code').filter({ hasText: /^cli_/ }).first().innerText()
    site.register({ id: client.trim(), secret: secret.trim(), scope: 'destination/acme-returns' })
    await ada.goto(`${path}/clients`)
    await look(ada, 'clients', found)
    await ada.goto(`${path}/invitations`)
    await ada.getByLabel('Whom it is for').fill('Ten customers')
    await ada.getByLabel('Workspaces that may follow it').fill(String(CUSTOMERS))
    await ada.getByRole('button', { name: 'Make an invitation' }).click()
    const beta = (await linkIn(ada, '/beta/')).pathname
    await ada.goto(`${path}/invitations`)
    await look(ada, 'invitations', found)

    // The first customer enables it in Chromium, from the partner's own site; nine more by themselves.
    const joined: Joined[] = []
    for (let n = 1; n < CUSTOMERS; n++) joined.push(await customer(n, beta, id))
    const lin = await pageOf(chromium.browser, complaints)
    await lin.goto(at('/sign-up'))
    await lin.locator('#name').fill('Lin')
    await lin.locator('#email').fill('lin@tenth.example')
    await lin.locator('#password').fill('correct horse battery')
    await lin.locator('#workspace').fill('Tenth')
    await lin.getByRole('button', { name: 'Sign up' }).click()
    await lin.waitForURL((url) => url.pathname === '/')
    await lin.goto(at(beta))
    await look(lin, 'invited', found)
    await lin.getByRole('button', { name: 'Add it to the catalogue' }).click()
    await lin.getByRole('status').first().waitFor()
    const asLin = async <T>(method: string, route: string, body?: unknown): Promise<T> => {
      const reply = await lin.request.fetch(at(route), {
        method,
        headers: { Origin: run.url, 'Content-Type': 'application/json' },
        ...(body !== undefined && { data: body }),
      })
      return ((await reply.json()) as { data: T }).data
    }
    const made = await asLin<{ source: { writeKeys: string[] } }>('POST', '/api/sources', {
      slug: 'shop-ten',
      name: 'Shop',
    })
    await lin.goto(site.url)
    await lin.getByRole('heading', { name: 'Acme asks to be enabled' }).waitFor()
    await look(lin, 'consent', found)
    await lin.getByRole('button', { name: 'Allow Acme' }).click()
    await lin.getByRole('heading', { name: 'Events are on their way.' }).waitFor()
    const { destinations } = await asLin<{ destinations: { id: string; enabled: boolean }[] }>(
      'GET',
      '/api/destinations',
    )
    expect(destinations.map(({ enabled }) => enabled)).toEqual([true])
    const tenth = destinations[0]?.id ?? ''
    await lin.goto(at(`/destinations/${tenth}/access`))
    await look(lin, 'access', found)
    await lin.goto(at(`/destinations/${tenth}/partner`))
    await look(lin, 'consent-to-be-named', found)
    await lin.getByLabel('Tell them that it is us').check()
    await lin.getByRole('button', { name: 'Save' }).click()
    await lin.getByRole('status').first().waitFor()

    joined.push({ api: asLin, writeKey: made.source.writeKeys[0] ?? '', destination: tenth })

    // Real events for three days, and each hour the platform counts.
    const sent = new Map(joined.map((one) => [one, 0]))
    const send = async (by: readonly Joined[], eventsOf: (n: number) => readonly string[]) => {
      await Promise.all(
        by.map((one, n) => {
          const had = sent.get(one) ?? 0
          const batch = eventsOf(n).map((event, at) => ({
            type: 'track',
            userId: 'u',
            event,
            messageId: `${one.destination}-${had + at}`,
          }))
          sent.set(one, had + batch.length)
          return fetch(at('/v1/batch'), { method: 'POST', body: JSON.stringify({ writeKey: one.writeKey, batch }) })
        }),
      )
      for (const one of by) await ended(one, sent.get(one) ?? 0)
    }
    const returned = (n: number) => Array<string>(n).fill('Returned')
    const before = endpoint.requests()
    for (let day = 1; day <= DAYS; day++) {
      await send(joined, () => returned(1))
      await fetch(at('/test/hour'))
      const { lifecycle } = await operator<{ lifecycle: { state: string } }>('GET', `/api/submissions/${id}`)
      if (day === DAYS && lifecycle.state !== 'PUBLIC')
        console.log(JSON.stringify(await operator('GET', `/api/submissions/${id}/customers`)))
      expect([day, lifecycle.state]).toEqual([day, day < DAYS ? 'PRIVATE_BETA' : 'PUBLIC'])
      if (day < DAYS) await fetch(at('/test/days'))
    }
    expect(endpoint.requests() - before).toBe(DAYS * CUSTOMERS)
    await ada.goto(`${path}/customers`)
    expect(await ada.getByText('Counts', { exact: true }).count()).toBe(CUSTOMERS)
    expect(await ada.getByText('Tenth').count()).toBe(1)
    await look(ada, 'customers', found)
    await ada.goto(`${path}/lifecycle`)
    await look(ada, 'public', found)
    await lin.goto(at('/partners/integrations/acme-returns'))
    await look(lin, 'public-page', found)

    // A version with another address is certified, and goes from one in a hundred to ten; there it fails, and is halted by itself.
    const rollout = async (minutes: number) =>
      (await (await fetch(at(`/test/rollout?n=${minutes}`))).json()) as readonly string[]
    const version = `${path}/versions/2`
    await ada.goto(path)
    await ada.locator('#endpoint').fill(`${endpoint.endpoint}/v2`)
    await ada.locator('#integration .button-main').click()
    await ada.getByRole('status').first().waitFor()
    await ada.goto(version)
    await ada.getByRole('button', { name: 'Submit version 2' }).click()
    await ada.getByText('What is drafted has no certification').waitFor()
    expect(await certify(ada, path, endpoint.readBack)).toEqual([])
    await ada.goto(version)
    await ada.getByRole('button', { name: 'Submit version 2' }).click()
    await ada.getByText('At 1 in a hundred destinations').waitFor()
    await rollout(A_DAY_MINUTES)
    await ada.reload()
    await ada.getByText('At 10 in a hundred destinations').waitFor()
    const ids = await rollout(0)
    const first = joined.filter(({ destination }) => ids.includes(destination))
    expect(first.length).toBeGreaterThan(0)
    expect(first.length).toBeLessThan(CUSTOMERS)
    endpoint.faults.add('refuses all at its new address')
    const each = Math.ceil(TO_HALT / first.length)
    await send(first, () => returned(each))
    expect(await rollout(30)).toEqual([])
    await ada.goto(version)
    await ada.getByText('Halted: customers have version 1.').waitFor()
    const refused = first.length * each
    expect(await ada.getByText(`${refused} of `).first().innerText()).toContain('with the old one')
    await look(ada, 'halted', found)
    // All have the old one again.
    const again = endpoint.requests()
    await send(first, () => returned(1))
    expect(endpoint.requests() - again).toBe(first.length)
    await fetch(at('/test/hour'))

    // For a week it refuses some of what it took before: it is warned, and everybody can read why.
    const days = async (n: number) => {
      await fetch(at(`/test/days?n=${n}`))
      await fetch(at('/test/hour'))
    }
    const measure = async () =>
      (await operator<{ lifecycle: { measure: string | null } }>('GET', `/api/submissions/${id}`)).lifecycle.measure
    await days(1)
    endpoint.faults.clear()
    endpoint.faults.add('refuses what it knew')
    await send(joined, (n) => [...returned(BAD.events - 1), n < BAD.refused ? 'Refunded' : 'Returned'])
    await fetch(at('/test/hour'))
    expect(await measure()).toBeNull()
    await days(BAD.days)
    expect(await measure()).toBe('warned')
    await ada.goto(`${path}/quality`)
    await ada.getByText('Poor').first().waitFor()
    await ada.goto(`${path}/lifecycle`)
    await ada.getByText('Warned: its badge is withdrawn').waitFor()
    await ada.getByText('Warned for its quality').waitFor()
    const judged = DAYS * CUSTOMERS + refused + first.length + BAD.days * BAD.events * CUSTOMERS
    await ada.getByText(`of ${judged.toLocaleString('en-GB')} events on ${DAYS + BAD.days} days`).waitFor()
    await look(ada, 'warned', found)

    // Mended, and good for some days: the warning is taken back by itself.
    endpoint.faults.clear()
    await send(joined, () => returned(GOOD.events))
    await fetch(at('/test/hour'))
    await days(GOOD.days)
    expect(await measure()).toBe('warned')
    for (let n = 1; n < GOOD.looks; n++) await days(1)
    expect(await measure()).toBeNull()
    await ada.reload()
    await ada.getByText('Steps for its quality taken back').waitFor()
    expect(await ada.getByText('Warned: its badge is withdrawn').count()).toBe(0)

    // They quote what came of it, and tell of a customer.
    await ada.goto(`${path}/co-marketing`)
    await ada.getByText('10 companies or more use Acme Returns').waitFor()
    await look(ada, 'quote', found)
    await ada.goto(at('/partners/co-marketing'))
    await ada.getByLabel('Your company').fill('Acme')
    await ada.getByLabel('Your e-mail').fill('ada@acme.example')
    await ada.getByLabel('The customer').fill('Tenth')
    await ada.getByLabel('What do they do').fill('They thank everybody who comes back, on the same day.')
    await ada.getByLabel('They have agreed').check()
    await ada.getByRole('button', { name: 'Tell us' }).click()
    await ada.getByRole('heading', { name: 'Thank you' }).waitFor()
    await grace.goto(at('/stories'))
    await grace.getByText('They thank everybody').waitFor()
    await look(grace, 'stories', found)

    expect(complaints).toEqual([])
    expect(found).toEqual([])
  },
)
