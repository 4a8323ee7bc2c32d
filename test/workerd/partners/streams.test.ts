import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { candidateOf } from '../../../src/settings/index.ts'
import { loadPlan } from '../../../src/settings/plan.ts'
import { webhooks } from '../../../src/integrations/webhook.ts'
import { openDatabase } from '../../../src/settings/database.ts'
import { context } from '../../../src/context.ts'
import { readQuotas } from '../../../src/settings/index.ts'
import { Browser, freshPanel } from '../access/browser.ts'
import { newCustomer } from '../oauth/rig.ts'
import { ownerOf } from '../lifecycle/rig.ts'
import { asks } from '../lifecycle/rig.ts'
import { mailing, pathIn } from './rig.ts'

const DAY_MS = 86_400_000
let now = Date.parse('2026-11-30T09:00:00Z')
const { at, mails } = mailing(() => now)
let customer: Awaited<ReturnType<typeof newCustomer>>
let stranger: typeof customer

beforeAll(async () => {
  const owner = await ownerOf(at)
  customer = await newCustomer(at, owner)
  stranger = await newCustomer(at, owner)
})
beforeEach(() => void (mails.length = 0))

const asked = (over: Record<string, string> = {}) => ({
  company: `Acme ${crypto.randomUUID().slice(0, 6)}`,
  email: `ada-${crypto.randomUUID().slice(0, 6)}@acme.example`,
  url: 'https://acme.example/in/7f3a',
  calls: 'track',
  words: 'To show you who comes back.',
  ...over,
})

/** Asks and confirms, as a stranger does: the path of the link for the customer, and the secret. */
async function confirmed(over: Record<string, string> = {}) {
  const browser = new Browser(at)
  const given = asked(over)
  const sent = await browser.post('/partners/immediate-access', given)
  expect([sent.status, sent.html.includes('Almost there')]).toEqual([200, true])
  const confirm = pathIn(mails.at(-1))
  expect((await browser.get(confirm)).status).toBe(200)
  const page = await browser.post(confirm)
  const link = /https:\/\/sluice\.test(\/streams\/[0-9a-f]{40})/.exec(page.html)?.[1] ?? ''
  const secret = /whsec_[A-Za-z0-9+/=]+/.exec(page.html)?.[0] ?? ''
  expect([page.status, pathIn(mails.at(-1))]).toEqual([200, link])
  return { given, confirm, link, secret, browser }
}

const sharedIn = (workspace: string) =>
  env.DB.prepare('SELECT * FROM shared_streams WHERE workspace_id = ?').bind(workspace).all()

describe('immediate access', () => {
  it('is asked by a stranger, given by a customer with one form, and taken back with one click', async () => {
    const { given, confirm, link, secret, browser } = await confirmed()
    // Spent, and of the secret nothing is kept in the clear.
    expect((await browser.post(confirm)).status).toBe(410)
    const kept = await env.DB.prepare('SELECT * FROM stream_requests').all()
    expect(JSON.stringify(kept.results)).not.toContain(secret)
    const page = await customer.browser.get(link)
    for (const words of [given.company, given.email, given.words, 'acme.example', 'track', `Shop ${customer.source}`]) {
      expect([words, page.html.includes(words)]).toEqual([words, true])
    }
    expect([page.html.includes('7f3a'), page.html.includes(secret)]).toEqual([false, false])
    const made = await customer.browser.post(link, { sourceId: customer.source })
    const id = /\/destinations\/(dst_\w+)\/access/.exec(made.location)?.[1] ?? ''
    expect([made.status, id !== '']).toEqual([303, true])
    expect(mails.at(-1)).toMatchObject({ to: given.email, subject: expect.stringContaining('on their way') })
    const row = await env.DB.prepare('SELECT name, settings, enabled FROM destinations WHERE id = ?').bind(id).first()
    expect(row).toEqual({
      name: given.company,
      enabled: 1,
      settings: JSON.stringify({ urls: [given.url], calls: ['track'] }),
    })
    // Signed with the secret that whoever asked was shown, and scoped to what they asked for.
    const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, context, readQuotas(undefined).quotas)
    const stored = await env.DB.prepare('SELECT secrets, secrets_key_id FROM destinations WHERE id = ?')
      .bind(id)
      .first<{ secrets: string; secrets_key_id: string }>()
    expect(await db.secrets().open(stored?.secrets ?? '', stored?.secrets_key_id ?? '', id)).toEqual({
      signingSecret: secret,
    })
    const plan = await loadPlan(db, customer.source)
    expect(plan?.destinations.find((one) => one.id === id)?.integration.supports).toEqual(['track'])
    // Once.
    expect((await customer.browser.get(link)).status).toBe(404)
    expect((await stranger.browser.post(link, { sourceId: stranger.source })).status).toBe(404)
    const access = await customer.browser.get(`/destinations/${id}/access`)
    expect([access.html.includes(given.company), access.html.includes(given.words)]).toEqual([true, true])
    const api = await asks(customer.browser, 'GET', `/destinations/${id}/shared-stream`)
    expect(api.json).toMatchObject({ data: { sharedStream: { company: given.company, email: given.email } } })
    const revoke = `/destinations/${id}/shared-stream/revoke`
    expect((await stranger.browser.post(revoke)).status).toBe(404)
    expect((await customer.browser.post(revoke)).status).toBe(303)
    const left = await env.DB.prepare('SELECT count(*) AS n FROM destinations WHERE id = ?').bind(id).first('n')
    expect([left, (await sharedIn(customer.workspace)).results]).toEqual([0, []])
    expect(mails.at(-1)).toMatchObject({ to: given.email, subject: expect.stringContaining('ended it') })
  })

  it('is given once, however many follow the link at the same time', async () => {
    const { link } = await confirmed()
    const both = await Promise.all([
      customer.browser.post(link, { sourceId: customer.source }),
      stranger.browser.post(link, { sourceId: stranger.source }),
    ])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([303, 404])
  })

  it('leaves the link good when it could not be given', async () => {
    const { link } = await confirmed()
    expect((await customer.browser.post(link, { sourceId: stranger.source })).status).toBe(404)
    expect((await customer.browser.get(link)).status).toBe(200)
    expect((await customer.browser.post(link, { sourceId: customer.source })).status).toBe(303)
  })

  it('gives a second one of a company another name', async () => {
    const { given, link } = await confirmed()
    expect((await customer.browser.post(link, { sourceId: customer.source })).status).toBe(303)
    const again = await confirmed({ company: given.company })
    expect((await customer.browser.post(again.link, { sourceId: customer.source })).status).toBe(303)
  })

  it('ends: a link that proves the address after seven days, one for the customer after fourteen', async () => {
    const { link } = await confirmed()
    const late = new Browser(at)
    await late.post('/partners/immediate-access', asked())
    const confirm = pathIn(mails.at(-1))
    now += 7 * DAY_MS
    expect([(await late.get(confirm)).status, (await late.post(confirm)).status]).toEqual([410, 410])
    expect((await customer.browser.get(link)).status).toBe(200)
    now += 7 * DAY_MS - 1
    await at.watch()
    const left = env.DB.prepare('SELECT count(*) AS n FROM stream_requests')
    expect(await left.first('n')).toBe(1)
    now += 2
    await at.watch()
    expect(await left.first('n')).toBe(0)
    now = Date.parse('2026-11-30T09:00:00Z')
  })
})

describe('a request', () => {
  const refused: [string, Record<string, string>, string][] = [
    ['to a private address', { url: 'https://10.0.0.1/in' }, 'url-error'],
    ['to the machine itself', { url: 'https://localhost/in' }, 'url-error'],
    ['to what tells others', { url: 'https://169.254.169.254/latest' }, 'url-error'],
    ['to no address', { url: 'acme' }, 'url-error'],
    ['of no call', { calls: '' }, 'calls-error'],
    ['of a call that is none', { calls: 'everything' }, 'calls-error'],
    ['from no address', { email: 'ada' }, 'email-error'],
    ['without a reason', { words: ' ' }, 'words-error'],
  ]
  it.each(refused)('%s is refused beside its field, and nobody is mailed', async (_, over, id) => {
    const page = await new Browser(at).post('/partners/immediate-access', asked(over))
    expect([page.status, page.html.includes(`id="${id}"`), mails.length]).toEqual([422, true, 0])
  })

  it('that a program fills in is thanked for and forgotten', async () => {
    const page = await new Browser(at).post('/partners/immediate-access', { ...asked(), fax: 'x' })
    expect([page.status, mails.length]).toEqual([200, 0])
  })

  it('is made five times from an address, and three times for one', async () => {
    const browser = new Browser(at)
    for (let n = 0; n < 5; n++) expect((await browser.post('/partners/immediate-access', asked())).status).toBe(200)
    expect((await browser.post('/partners/immediate-access', asked())).status).toBe(429)
    const email = 'many@acme.example'
    const from = async () => (await new Browser(at).post('/partners/immediate-access', asked({ email }))).status
    expect([await from(), await from(), await from(), await from()]).toEqual([200, 200, 200, 429])
  })

  it('is not taken where no mail is sent', async () => {
    const silent = freshPanel()
    const page = await new Browser(silent).get('/partners/immediate-access')
    expect([page.html.includes('sends no mail'), page.html.includes('name="email"')]).toEqual([true, false])
    const sent = await new Browser(silent).post('/partners/immediate-access', asked())
    expect([sent.status, sent.html.includes('sends no mail')]).toEqual([422, true])
  })
})

describe('calls of a webhook', () => {
  it.each([
    [undefined, webhooks.supports],
    [[], webhooks.supports],
    [['track'], ['track']],
    [
      ['page', 'track'],
      ['track', 'page'],
    ],
    ['track', webhooks.supports],
  ])('%j are %j', (calls, expected) => {
    const { integration } = candidateOf({ integration: webhooks, mode: null, settings: { calls } })
    expect(new Set<string>(integration.supports)).toEqual(new Set(expected))
  })

  it('of another integration are a setting of its own', () => {
    const direct = { ...webhooks, kind: 'direct' as const, endpoint: 'https://p.example.com/' }
    expect(
      candidateOf({ integration: direct, mode: null, settings: { calls: ['track'] } }).integration.supports,
    ).toEqual(webhooks.supports)
  })
})
