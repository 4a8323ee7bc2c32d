import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { mailing } from '../partners/rig.ts'
import {
  asks,
  type Browser,
  certify,
  newIntegration,
  newWorkspace,
  ownerOf,
  personIn,
  reviewerOf,
  setState,
  stateOf,
} from './rig.ts'

const DAY_MS = 86_400_000
/** A Monday. */
let now = Date.parse('2026-11-30T09:00:00Z')
const { at, mails } = mailing(() => now)
let owner: Browser
let reviewer: Browser
let partner: Browser
let workspace: string

beforeAll(async () => {
  owner = await ownerOf(at)
  reviewer = await reviewerOf(at, owner)
  workspace = await newWorkspace('Acme')
  partner = await personIn(at, owner, workspace)
  await asks(owner, 'PATCH', '/programme', { contact: 'partners@example.com' })
})
beforeEach(() => void (mails.length = 0))

const sourceIn = async (ws: string) => {
  const id = `src_${crypto.randomUUID().slice(0, 8)}`
  await env.DB.prepare(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?, ?, ?, ?, 'javascript', 1, 0, 0)",
  )
    .bind(id, ws, id, id)
    .run()
  return id
}
const connect = async (who: Browser, ws: string, metadataId: string) =>
  asks<{ data: { destination: { id: string } }; errors: { message: string; field: string }[] }>(
    who,
    'POST',
    '/destinations',
    { sourceId: await sourceIn(ws), metadataId, enabled: true, settings: {} },
  )

describe('a review', () => {
  it('goes from the submission over a question to private beta, and both sides read every step', async () => {
    const { id, name } = await newIntegration(workspace)
    const page = `/integrations/${id}/lifecycle`
    expect((await partner.post(page, { act: 'submit', words: 'Please look at it.' })).status).toBe(303)
    expect(mails.map(({ to, subject }) => [to, subject])).toEqual([
      ['partners@example.com', `Acme Platform: Acme submits ${name}`.replace('Acme Platform', await programmeName())],
    ])
    const queue = await reviewer.get('/submissions')
    expect([queue.status, queue.html.includes(name), queue.html.includes('in 2 d')]).toEqual([200, true, true])
    now += 3 * DAY_MS
    expect((await reviewer.get('/submissions')).html).toContain('Overdue by')
    expect((await reviewer.post(`/submissions/${id}`, { act: 'ask', words: 'What is a 501?' })).status).toBe(303)
    expect(mails.at(-1)?.text).toContain('What is a 501?')
    expect((await partner.get(page)).html).toContain('What is a 501?')
    // It is their turn, so nobody asks again.
    const twice = await asks<{ errors: { code: string }[] }>(reviewer, 'POST', `/submissions/${id}/decisions`, {
      act: 'ask',
      words: 'And again?',
    })
    expect([twice.status, twice.json.errors[0]?.code]).toEqual([409, 'wrong_turn'])
    now += 1_000
    expect((await partner.post(page, { act: 'answer', words: 'Not supported.' })).status).toBe(303)
    now += 1_000
    expect((await reviewer.post(`/submissions/${id}`, { act: 'accept', words: 'Well built.' })).status).toBe(303)
    expect(await stateOf(id)).toBe('PRIVATE_BETA')
    const { json } = await asks<{ data: { record: { act: string; words: string; tookMs: number | null }[] } }>(
      partner,
      'GET',
      `/integrations/${id}/lifecycle`,
    )
    expect(json.data.record.map(({ act, words, tookMs }) => [act, words, tookMs])).toEqual([
      ['submit', 'Please look at it.', null],
      ['ask', 'What is a 501?', 3 * DAY_MS],
      ['answer', 'Not supported.', null],
      ['accept', 'Well built.', 1_000],
    ])
    const seen = await asks<{ data: { record: unknown } }>(reviewer, 'GET', `/submissions/${id}`)
    expect(seen.json.data.record).toEqual(json.data.record)
  })

  it('takes words to decline, and of two who decide at once the first counts', async () => {
    const { id } = await newIntegration(workspace)
    await asks(partner, 'POST', `/integrations/${id}/lifecycle`, { act: 'submit' })
    const decide = (act: string, words: string) =>
      asks(reviewer, 'POST', `/submissions/${id}/decisions`, { act, words })
    expect((await decide('decline', ' ')).status).toBe(400)
    const both = await Promise.all([decide('accept', 'Yes.'), decide('decline', 'No.')])
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409])
    const { results } = await env.DB.prepare(
      "SELECT to_state FROM lifecycle_entries WHERE integration_id = ? AND act IN ('accept', 'decline')",
    )
      .bind(id)
      .all<{ to_state: string }>()
    expect(results.map(({ to_state }) => to_state)).toEqual([await stateOf(id)])
  })

  it('refuses what is no partner’s, and what is not certified', async () => {
    const elsewhere = await newWorkspace()
    const somebody = await personIn(at, owner, elsewhere)
    const theirs = await newIntegration(elsewhere)
    const direct = await newIntegration(workspace, { kind: 'direct' })
    const submit = (who: Browser, id: string) =>
      asks<{ errors: { code: string }[] }>(who, 'POST', `/integrations/${id}/lifecycle`, { act: 'submit' })
    for (const [who, id, code] of [
      [somebody, theirs.id, 'not_a_partner'],
      [partner, direct.id, 'not_certified'],
    ] as const) {
      const { status, json } = await submit(who, id)
      expect([status, json.errors[0]?.code]).toEqual([409, code])
    }
    await certify(direct.id)
    expect((await submit(partner, direct.id)).status).toBe(201)
    // What was certified has changed meanwhile, so it is not accepted by that.
    await env.DB.prepare("UPDATE integrations SET endpoint = 'https://elsewhere.example.com/' WHERE id = ?")
      .bind(direct.id)
      .run()
    const stale = await asks<{ errors: { code: string }[] }>(reviewer, 'POST', `/submissions/${direct.id}/decisions`, {
      act: 'accept',
      words: 'Well.',
    })
    expect([stale.status, stale.json.errors[0]?.code]).toEqual([409, 'not_certified'])
    // What it has made stays usable by it.
    expect((await connect(somebody, elsewhere, theirs.id)).status).toBe(201)
  })
})

describe('a private beta', () => {
  it('is opened by an invitation, once for each workspace that it is for', async () => {
    const { id, slug, name } = await newIntegration(workspace, { state: 'PRIVATE_BETA' })
    await env.DB.prepare(
      "INSERT INTO lifecycles (integration_id, since, reviewed_at, reviewer) VALUES (?, 0, ?, 'Grace')",
    )
      .bind(id, now)
      .run()
    const customers = await newWorkspace()
    const customer = await personIn(at, owner, customers)
    const other = await personIn(at, owner, await newWorkspace())
    expect((await customer.get(`/catalogue/${slug}`)).status).toBe(404)
    expect((await connect(customer, customers, id)).status).toBe(404)

    const made = await partner.post(`/integrations/${id}/invitations`, { label: 'Example Ltd', most: '1' })
    const link = /https:\/\/sluice\.test(\/beta\/[0-9a-f]{40})/.exec(made.html)?.[1] ?? ''
    const rows = await env.DB.prepare('SELECT * FROM beta_links').all()
    expect(JSON.stringify(rows.results)).not.toContain(link.split('/').at(-1))
    // A look does nothing.
    const shown = await customer.get(link)
    expect(shown.html).toContain('Reviewed')
    expect(shown.html).not.toContain('notice tone-warn')
    expect((await customer.get(`/catalogue/${slug}`)).status).toBe(404)
    for (const _ of [1, 2]) expect((await customer.post(link)).location).toContain(`/catalogue/${slug}`)
    expect((await customer.get(`/catalogue/${slug}`)).html).toContain(`Connect ${name}`)
    expect((await connect(customer, customers, id)).status).toBe(201)
    expect((await other.get(link)).html).toContain('used as often as it may be')
    expect((await other.post(link)).status).toBe(409)
    expect((await other.get(`/catalogue/${slug}`)).status).toBe(404)

    // Of an invitation that was withdrawn the guest stays.
    const list = await asks<{ data: { betaLinks: { id: string; used: number }[] } }>(
      partner,
      'GET',
      `/integrations/${id}/beta-links`,
    )
    expect(list.json.data.betaLinks.map(({ used }) => used)).toEqual([1])
    await asks(partner, 'DELETE', `/integrations/${id}/beta-links/${list.json.data.betaLinks[0]?.id}`)
    expect((await customer.get(link)).status).toBe(404)
    expect((await customer.get(`/catalogue/${slug}`)).status).toBe(200)
  })

  it('has at most as many guests by a link as it says, however many come at once', async () => {
    const { id } = await newIntegration(workspace, { state: 'PRIVATE_BETA' })
    const { json } = await asks<{ data: { url: string } }>(partner, 'POST', `/integrations/${id}/beta-links`, {
      label: 'Three',
      most: 3,
    })
    const token = json.data.url.split('/').at(-1)
    const guests = await Promise.all([1, 2, 3, 4, 5].map(async () => personIn(at, owner, await newWorkspace())))
    const replies = await Promise.all(guests.map((guest) => asks(guest, 'POST', '/beta-guests', { token })))
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 201, 409, 409])
    await env.DB.prepare('UPDATE beta_links SET expires_at = ?')
      .bind(now - 1)
      .run()
    expect((await asks(guests[0] as Browser, 'POST', '/beta-guests', { token })).status).toBe(404)
  })
})

describe('the end', () => {
  it('is closed to new customers, ends at its date, and is switched off then', async () => {
    const { id, slug, name } = await newIntegration(workspace, { state: 'PUBLIC' })
    const [has, hasNot] = await Promise.all([newWorkspace(), newWorkspace()])
    const customer = await personIn(at, owner, has)
    const late = await personIn(at, owner, hasNot)
    const made = await connect(customer, has, id)
    const destination = made.json.data.destination.id
    const decide = (body: unknown) =>
      asks<{ errors: { field: string }[] }>(reviewer, 'POST', `/submissions/${id}/decisions`, body)
    const soon = await decide({ act: 'deprecate', words: 'It is not kept up.', endsAt: iso(now + 29 * DAY_MS) })
    expect([soon.status, soon.json.errors[0]?.field]).toEqual([400, 'endsAt'])
    expect((await decide({ act: 'deprecate', words: 'It is not kept up.' })).status).toBe(400)
    const done = await decide({ act: 'deprecate', words: 'It is not kept up.', endsAt: iso(now + 40 * DAY_MS) })
    expect(done.status).toBe(201)
    expect((await late.get(`/catalogue/${slug}`)).status).toBe(404)
    expect((await connect(late, hasNot, id)).status).toBe(404)
    expect((await connect(customer, has, id)).status).toBe(201)
    await at.watch()
    expect(await stateOf(id)).toBe('DEPRECATED')
    await env.DB.prepare('UPDATE lifecycles SET ends_at = ? WHERE integration_id = ?').bind(now, id).run()
    await at.watch()
    expect(await stateOf(id)).toBe('UNAVAILABLE')
    const read = async () =>
      (
        await asks<{ data: { destination: { enabled: boolean; notice: string | null } } }>(
          customer,
          'GET',
          `/destinations/${destination}`,
        )
      ).json.data.destination
    expect(await read()).toMatchObject({ enabled: false })
    expect((await customer.get(`/destinations/${destination}`)).html).toContain(`${name} is not available any more`)
    const again = await asks<{ errors: { field: string }[] }>(customer, 'PATCH', `/destinations/${destination}`, {
      enabled: true,
    })
    expect([again.status, again.json.errors[0]?.field]).toEqual([409, 'enabled'])
    // The way back: it is built anew, and only its maker may use it until it was reviewed again.
    expect((await decide({ act: 'rebuild', words: 'Mend it.' })).status).toBe(201)
    expect((await asks(customer, 'PATCH', `/destinations/${destination}`, { enabled: true })).status).toBe(409)
    await setState(id, 'PUBLIC')
    expect((await asks(customer, 'PATCH', `/destinations/${destination}`, { enabled: true })).status).toBe(200)
  })

  it('comes at once where it is stopped', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC' })
    const has = await newWorkspace()
    const customer = await personIn(at, owner, has)
    const ids = []
    for (const _ of [1, 2, 3]) ids.push((await connect(customer, has, id)).json.data.destination.id)
    await asks(reviewer, 'POST', `/submissions/${id}/decisions`, { act: 'stop', words: 'Its keys are stolen.' })
    const { results } = await env.DB.prepare('SELECT enabled, notice FROM destinations WHERE integration_id = ?')
      .bind(id)
      .all<{ enabled: number; notice: string }>()
    expect(results.map(({ enabled }) => enabled)).toEqual([0, 0, 0])
    expect(results[0]?.notice).toContain('Its keys are stolen.')
    expect(mails.at(-1)?.text).toContain('Its keys are stolen.')
  })
})

const iso = (time: number) => new Date(time).toISOString()
async function programmeName(): Promise<string> {
  const { json } = await asks<{ data: { programme: { name: string } } }>(owner, 'GET', '/programme')
  return json.data.programme.name
}
