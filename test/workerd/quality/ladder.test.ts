import { env } from 'cloudflare:workers'
import { beforeAll, expect, it } from 'vitest'
import { freshPanel } from '../access/browser.ts'
import {
  asks,
  type Browser,
  newIntegration,
  newWorkspace,
  ownerOf,
  personIn,
  reviewerOf,
  stateOf,
} from '../lifecycle/rig.ts'

const DAY_MS = 86_400_000
/** What the platform takes for now; mails that it sent. */
let now = Date.parse('2026-11-30T09:17:00Z')
const mails: { to: string; subject: string; text: string }[] = []
const at = freshPanel({
  env: { MAIL_WEBHOOK: 'https://mailer.example/in', PANEL_URL: 'https://panel.example' },
  ctx: {
    now: () => now,
    fetch: async ({ body }) => {
      mails.push(JSON.parse(String(body)) as (typeof mails)[number])
      return new Response()
    },
  },
})
let owner: Browser
let partner: Browser
let reviewer: Browser
let other: Browser
let workspace: string

beforeAll(async () => {
  owner = await ownerOf(at)
  workspace = await newWorkspace('Acme')
  partner = await personIn(at, owner, workspace, 'owner')
  ;[reviewer, other] = [await reviewerOf(at, owner), await reviewerOf(at, owner)]
  mails.length = 0
}, 60_000)

const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
const today = () => Math.floor(now / DAY_MS)

/** Days of deliveries of it: `failed` of a thousand a day were given up. */
async function fare(id: string, from: number, days: number, failed: number) {
  const figures = {
    delivered: 1_000 - failed,
    'delay|30': 1_000 - failed,
    ...(failed > 0 && { 'failed|http_503': failed, 'errors|http_503': failed * 4 }),
  }
  for (let n = 0; n < days; n++)
    await run(
      'INSERT OR REPLACE INTO integration_days VALUES (?, ?, 1, 0, 3, ?)',
      id,
      from + n,
      JSON.stringify(figures),
    )
}

/** Whoever is signed in stays so while months pass. */
const staySignedIn = () => run('UPDATE sessions SET expires_at = ?', now + 365 * DAY_MS)

/** Goes on by so many days, looking on the last of them. */
async function pass(id: string, days: number, failed: number, looks = 1) {
  await fare(id, today(), days, failed)
  now += (days - looks) * DAY_MS
  await staySignedIn()
  for (let n = 0; n < looks; n++) {
    now += DAY_MS
    await at.watch()
  }
}

interface Life {
  lifecycle: { measure: string | null; endsAt: string | null; acts: { act: string; refused: string | null }[] }
  record: { act: string; actor: string; words: string }[]
}
const lifeOf = async (id: string, as = partner) =>
  (await asks<{ data: Life }>(as, 'GET', as === partner ? `/integrations/${id}/lifecycle` : `/submissions/${id}`)).json
    .data
const act = async (as: Browser, id: string, body: object) => {
  const path = as === partner ? `/integrations/${id}/lifecycle` : `/submissions/${id}/decisions`
  const { status, json } = await asks<{ errors?: { code: string }[] }>(as, 'POST', path, body)
  return json.errors ? json.errors[0]?.code : status
}
/** A customer that has it switched on. */
async function customerOf(integration: string) {
  const id = await newWorkspace()
  const browser = await personIn(at, owner, id, 'owner')
  const [source, destination] = [`src_${id}`, `dst_${id}`]
  await run(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?1, ?2, ?1, ?1, 'http-api', 1, 0, 0)",
    source,
    id,
  )
  await run(
    "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?, ?, ?, ?, 'It', 1, '{\"plan\":\"paid\"}', 0, 'segment-4h', 1, 5, 5)",
    destination,
    id,
    source,
    integration,
  )
  return { browser, destination }
}

it(
  'warned, without its badge, closed, deprecated with a date, each in its time and told, and the way back',
  { timeout: 120_000 },
  async () => {
    const { id, slug, name } = await newIntegration(workspace, { state: 'PUBLIC' })
    const customer = await customerOf(id)
    const badge = async () =>
      (await partner.get(`/partners/integrations/${slug}/badge.svg`)).html.includes('Works with')
    const mayConnect = async () => (await other.get(`/catalogue/${slug}`)).html.includes('takes no new customers')
    await fare(id, today() - 28, 28, 150)
    mails.length = 0
    await at.watch()
    const warned = await lifeOf(id)
    expect([warned.lifecycle.measure, await stateOf(id), await badge()]).toEqual(['warned', 'PUBLIC', true])
    expect(warned.record).toMatchObject([{ act: 'warn', actor: 'platform' }])
    expect(warned.record[0]?.words).toContain('the endpoint answered 503')
    expect(
      mails.map(({ subject, text }) => [subject.includes(`A warning about ${name}`), text.includes('score is')]),
    ).toEqual([[true, true]])
    await pass(id, 13, 150)
    expect([(await lifeOf(id)).lifecycle.measure, await badge()]).toEqual(['warned', true])
    await pass(id, 1, 150)
    expect([(await lifeOf(id)).lifecycle.measure, await badge(), await mayConnect()]).toEqual([
      'no_badge',
      false,
      false,
    ])
    await pass(id, 14, 150)
    expect([(await lifeOf(id)).lifecycle.measure, await mayConnect()]).toEqual(['closed', true])
    // Who has it already goes on with it, and customers have heard nothing so far.
    expect((await customer.browser.get(`/catalogue/${slug}`)).html).not.toContain('takes no new customers')
    expect(mails.every(({ subject }) => !subject.includes(' ends on '))).toBe(true)
    await pass(id, 14, 150)
    const ending = await lifeOf(id)
    expect([await stateOf(id), ending.lifecycle.endsAt]).toEqual([
      'DEPRECATED',
      new Date(now + 60 * DAY_MS).toISOString(),
    ])
    const told = () => mails.filter(({ subject }) => subject.includes(`${name} ends on `))
    expect(told().length).toBe(1)
    expect(told()[0]?.text).toContain(`https://panel.example/destinations/${customer.destination}/partner`)
    await at.watch()
    expect(told().length).toBe(1)
    // They get their settings out.
    expect((await customer.browser.get(`/destinations/${customer.destination}/partner`)).html).toContain(
      'is going away',
    )
    const file = await customer.browser.send(`/api/destinations/${customer.destination}/settings.json`, {})
    expect(JSON.parse(file.html)).toMatchObject({
      data: { destination: { integration: slug, settings: { plan: 'paid' }, secrets: [] } },
    })
    // It becomes good: after three days above 75 all of it is taken back by itself.
    await pass(id, 28, 0, 3)
    expect([await stateOf(id), (await lifeOf(id)).lifecycle.measure]).toEqual(['PUBLIC_BETA', null])
    expect((await lifeOf(id)).record.map((one) => one.act)).toEqual([
      'warn',
      'unbadge',
      'close',
      'deprecate',
      'reinstate',
    ])
  },
)

it(
  'an appeal holds everything, and another reviewer than who decided answers it, once',
  { timeout: 60_000 },
  async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
    expect(await act(partner, id, { act: 'appeal', words: 'Against what?' })).toBe('nothing_to_appeal')
    expect(await act(reviewer, id, { act: 'unbadge', words: 'Bad.' })).toBe('wrong_measure')
    expect(await act(reviewer, id, { act: 'warn', words: 'It drops identify calls.' })).toBe(201)
    mails.length = 0
    expect(await act(partner, id, { act: 'appeal', words: 'It was our customer’s key.' })).toBe(201)
    expect(await act(partner, id, { act: 'appeal', words: 'Again.' })).toBe('wrong_turn')
    const waiting = await asks<{ data: { submissions: { integrationId: string; dueAt: string }[] } }>(
      reviewer,
      'GET',
      '/submissions',
    )
    expect(waiting.json.data.submissions.find((one) => one.integrationId === id)?.dueAt).not.toBeNull()
    // While it waits nothing goes on, however bad it is.
    await fare(id, today() - 28, 28, 300)
    await pass(id, 15, 300)
    expect((await lifeOf(id)).lifecycle.measure).toBe('warned')
    expect(await act(reviewer, id, { act: 'uphold', words: 'I was right.' })).toBe('not_another')
    expect((await lifeOf(id, reviewer)).lifecycle.acts.find((one) => one.act === 'uphold')).toEqual({
      act: 'uphold',
      refused: 'not_another',
    })
    expect((await lifeOf(id, other)).lifecycle.acts.find((one) => one.act === 'uphold')).toEqual({
      act: 'uphold',
      refused: null,
    })
    expect(await act(other, id, { act: 'uphold', words: 'The calls are dropped.' })).toBe(201)
    expect(await act(partner, id, { act: 'appeal', words: 'Once more.' })).toBe('nothing_to_appeal')
    await at.watch()
    expect((await lifeOf(id)).lifecycle.measure).toBe('no_badge')
    // What the platform has decided any reviewer answers; in its favour nothing begins anew for four weeks.
    expect(await act(partner, id, { act: 'appeal', words: 'We have mended it.' })).toBe(201)
    expect(await act(reviewer, id, { act: 'overturn', words: 'So it is.' })).toBe(201)
    expect((await lifeOf(id)).lifecycle.measure).toBeNull()
    await pass(id, 20, 300)
    expect((await lifeOf(id)).lifecycle.measure).toBeNull()
    await pass(id, 8, 300)
    expect((await lifeOf(id)).lifecycle.measure).toBe('warned')
  },
)

it('of one that cannot be judged the others know nothing', { timeout: 60_000 }, async () => {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
  await fare(id, today() - 28, 28, 0)
  await at.watch()
  const { id: broken } = await newIntegration(workspace, { state: 'PUBLIC' })
  await run("INSERT INTO integration_days VALUES (?, ?, 1, 0, 3, '{')", broken, today() - 2)
  await fare(id, today() - 28, 28, 150)
  await at.watch()
  expect((await lifeOf(id)).lifecycle.measure).toBe('warned')
})
