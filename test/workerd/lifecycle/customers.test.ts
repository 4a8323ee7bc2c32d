import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Lack } from '../../../src/control/lifecycle/customers.ts'
import { ask, newDestination } from '../api/client.ts'
import { freshPanel } from '../access/browser.ts'
import { newSource, send } from '../world.ts'
import {
  asks,
  type Browser,
  certify,
  newIntegration,
  newWorkspace,
  ownerOf,
  personIn,
  reviewerOf,
  stateOf,
} from './rig.ts'

const DAY_MS = 86_400_000
const TODAY = Math.floor(Date.now() / DAY_MS)
const at = freshPanel()
let owner: Browser
let partner: Browser
let workspace: string

beforeAll(async () => {
  owner = await ownerOf(at)
  workspace = await newWorkspace('Acme')
  partner = await personIn(at, owner, workspace, 'owner')
})
beforeEach(() => void vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(new Response())))

const run = (query: string, ...values: unknown[]) =>
  env.DB.prepare(query)
    .bind(...values)
    .run()
const mark = () => crypto.randomUUID().slice(0, 8)

/** A company that has connected it, and was delivered to on these days before today. */
async function customerOf(integration: string, days: readonly number[], domain = `${mark()}.example`) {
  const id = await newWorkspace()
  const [source, destination, user] = [`src_${mark()}`, `dst_${mark()}`, `usr_${mark()}`]
  await run(
    "INSERT INTO sources (id, workspace_id, slug, name, metadata_id, enabled, created_at, updated_at) VALUES (?1, ?2, ?1, ?1, 'http-api', 1, 0, 0)",
    source,
    id,
  )
  await run(
    "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?, ?, ?, ?, 'It', 1, '{}', 0, 'segment-4h', 1, 5, 5)",
    destination,
    id,
    source,
    integration,
  )
  await run(
    'INSERT INTO users (id, name, email, email_verified, created_at, updated_at) VALUES (?, ?, ?, 1, 0, 0)',
    user,
    user,
    `${user}@${domain}`,
  )
  await run(
    "INSERT INTO members (workspace_id, user_id, role, sources, created_at) VALUES (?, ?, 'owner', '[]', 0)",
    id,
    user,
  )
  for (const day of days)
    await run(
      'INSERT INTO delivery_days (destination_id, day, delivered, failed) VALUES (?, ?, 4, 0)',
      destination,
      TODAY - day,
    )
  return { workspace: id, source, destination, user }
}

interface Count {
  filled: number
  slots: ({ name: string | null; days: number; lacks: Lack[] } | null)[]
  others: { name: string | null; lacks: Lack[] }[]
}
const countOf = async (integration: string) => {
  const path = `/integrations/${integration}/customers`
  return (await asks<{ data: { customers: Count } }>(partner, 'GET', path)).json.data.customers
}

describe('public by ten customers', () => {
  it('happens within the hour, is in the record, and not with nine', { timeout: 30_000 }, async () => {
    const { id, slug } = await newIntegration(workspace, { state: 'PRIVATE_BETA', kind: 'direct' })
    await certify(id)
    for (let n = 1; n < 10; n++) await customerOf(id, [0, 1, 13])
    // Fourteen days ago is too long ago, and a day without a delivery is none.
    const late = await customerOf(id, [0, 1, 14])
    await run(
      'INSERT INTO delivery_days (destination_id, day, delivered, failed) VALUES (?, ?, 0, 3)',
      late.destination,
      TODAY - 2,
    )
    await at.watch()
    expect(await stateOf(id)).toBe('PRIVATE_BETA')
    const before = await countOf(id)
    expect([before.filled, before.slots.length, before.slots[9]]).toEqual([
      9,
      10,
      expect.objectContaining({ days: 2, lacks: ['days'] }),
    ])
    await run(
      'UPDATE delivery_days SET day = ? WHERE destination_id = ? AND day = ?',
      TODAY - 13,
      late.destination,
      TODAY - 14,
    )
    await run("UPDATE integrations SET endpoint = 'https://elsewhere.example/' WHERE id = ?", id)
    await at.watch()
    // Ten customers, and what was certified is another.
    expect(await stateOf(id)).toBe('PRIVATE_BETA')
    await run('DELETE FROM certifications WHERE integration_id = ?', id)
    await certify(id)
    await at.watch()
    expect(await stateOf(id)).toBe('PUBLIC')
    const { json } = await asks<{ data: { record: { act: string; actor: string; who: string; words: string }[] } }>(
      partner,
      'GET',
      `/integrations/${id}/lifecycle`,
    )
    expect(json.data.record).toMatchObject([{ act: 'publish', actor: 'platform', who: '' }])
    expect(json.data.record[0]?.words).toContain('10 customers')
    const stranger = await personIn(at, owner, await newWorkspace())
    expect((await stranger.get(`/catalogue/${slug}`)).status).toBe(200)
  })

  it('counts nobody twice, and none of the maker’s own, as the database has them', { timeout: 30_000 }, async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC_BETA' })
    const lacks = async () => {
      const { filled, slots, others } = await countOf(id)
      const all = [...slots, ...others].flatMap((one) => one?.lacks ?? [])
      return [filled, ...all.toSorted()]
    }
    const first = await customerOf(id, [0, 1, 2])
    expect(await lacks()).toEqual([1])
    const second = await customerOf(id, [0, 1, 2])
    expect(await lacks()).toEqual([2])
    // 6: of one owner.
    await run('UPDATE members SET user_id = ? WHERE workspace_id = ?', first.user, second.workspace)
    expect(await lacks()).toEqual([1, 'same_customer'])
    // 7 and 8: of one mail domain.
    await run('UPDATE members SET user_id = ? WHERE workspace_id = ?', second.user, second.workspace)
    await run("UPDATE users SET email = 'a@one.company.example' WHERE id = ?", first.user)
    await run("UPDATE users SET email = 'b@two.company.example' WHERE id = ?", second.user)
    expect(await lacks()).toEqual([1, 'same_customer'])
    await run('DELETE FROM destinations WHERE id = ?', second.destination)
    expect(await lacks()).toEqual([1])
    // 5: a sandbox.
    await run('UPDATE workspaces SET sandbox = 1 WHERE id = ?', first.workspace)
    expect(await lacks()).toEqual([0, 'sandbox'])
    await run('UPDATE workspaces SET sandbox = 0 WHERE id = ?', first.workspace)
    // 2 and 3: of the domain that the partner applied from.
    await run('UPDATE users SET email = ? WHERE id = ?', `c@mail.${workspace.replace('_', '-')}.example`, first.user)
    expect(await lacks()).toEqual([0, 'partner_domain', 'partner_person'])
    await run("UPDATE users SET email = 'c@third.example' WHERE id = ?", first.user)
    // 4: somebody of the maker may change it; whoever only reads may be there.
    await run(
      "INSERT INTO members (workspace_id, user_id, role, sources, created_at) SELECT ?, user_id, 'member', '[]', 9e12 FROM members WHERE workspace_id = ?",
      first.workspace,
      workspace,
    )
    expect(await lacks()).toEqual([0, 'partner_person'])
    await run("UPDATE members SET role = 'read-only' WHERE workspace_id = ? AND role = 'member'", first.workspace)
    expect(await lacks()).toEqual([1])
    // 10: switched off again, by itself or with its source.
    await run('UPDATE destinations SET paused = 1 WHERE id = ?', first.destination)
    expect(await lacks()).toEqual([0, 'off'])
    await run('UPDATE destinations SET paused = 0 WHERE id = ?', first.destination)
    await run('UPDATE sources SET enabled = 0 WHERE id = ?', first.source)
    expect(await lacks()).toEqual([0, 'off'])
    await run('UPDATE sources SET enabled = 1 WHERE id = ?', first.source)
    // 1: the workspace that has made it.
    await run('UPDATE destinations SET workspace_id = ? WHERE id = ?', workspace, first.destination)
    expect(await lacks()).toContain('own')
  })
})

it(
  '13 and 14: test events and replays are no deliveries of a customer, an event that came in is',
  { timeout: 60_000 },
  async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC_BETA', kind: 'direct' })
    const [source, live] = [await newSource(at), await newSource(at)]
    // The one that it is replayed from was archived for another destination.
    const other = await newDestination(at, source.id)
    const connect = async (sourceId: string) => {
      const body = { sourceId, metadataId: id, enabled: true, settings: {} }
      return (await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)).destination.id
    }
    const track = ({ writeKey }: { writeKey: string }) =>
      send(at, '/v1/track', { body: JSON.stringify({ writeKey, userId: 'u', event: 'E' }) })
    const delivered = async (destination: string) =>
      (await ask<{ ledger: { delivered: number } }>(at, 'GET', `/api/destinations/${destination}/ledger`)).ledger
        .delivered
    await track(source)
    await vi.waitUntil(async () => (await delivered(other.id)) === 1, { timeout: 15_000 })
    const [cheat, real] = [await connect(source.id), await connect(live.id)]
    await ask(at, 'POST', `/api/destinations/${cheat}/test`, { type: 'track' })
    const { replay } = await ask<{ replay: { id: string } }>(at, 'POST', '/api/replays', {
      sourceId: source.id,
      destinationId: cheat,
      from: new Date(Date.now() - 3_600_000).toISOString(),
    })
    const replayed = async () =>
      (await ask<{ replay: { delivered: number } }>(at, 'GET', `/api/replays/${replay.id}`)).replay.delivered
    await track(live)
    await vi.waitUntil(async () => (await replayed()) === 1 && (await delivered(real)) === 1, { timeout: 20_000 })
    // What their lanes tell of themselves once a minute, told now.
    for (const destination of [cheat, real])
      await run(
        "INSERT OR REPLACE INTO destination_health (destination_id, state, since, waiting, last_delivered_at, accepted, delivered, failed_attempts, dead, at) VALUES (?, 'ok', 0, 0, NULL, 0, 0, 0, 0, 1)",
        destination,
      )
    const days = async () => {
      await at.watch()
      const { results } = await env.DB.prepare(
        'SELECT destination_id AS id, delivered FROM delivery_days WHERE destination_id IN (?, ?)',
      )
        .bind(cheat, real)
        .all()
      return results
    }
    expect(await days()).toEqual([{ id: real, delivered: 1 }])
    // With its destination goes what is known of it.
    await ask(at, 'DELETE', `/api/destinations/${real}`)
    expect(await days()).toEqual([])
  },
)

describe('a name', () => {
  it('is told to partner and reviewer only as long as the customer agrees', async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC_BETA' })
    const { workspace: theirs, destination } = await customerOf(id, [0, 1, 2])
    const customer = await personIn(at, owner, theirs, 'owner')
    const reviewer = await reviewerOf(at, owner)
    const name = `Workspace ${theirs}`
    const pages = async () => [
      (await partner.get(`/integrations/${id}/customers`)).html,
      (await reviewer.get(`/submissions/${id}/customers`)).html,
      JSON.stringify(await countOf(id)),
    ]
    const told = async () => (await pages()).map((page) => page.includes(name))
    expect(await told()).toEqual([false, false, false])
    for (const page of await pages()) expect(page).not.toContain(theirs)
    expect((await customer.get(`/destinations/${destination}/partner`)).html).toContain('Tell them that it is us')
    expect((await customer.post(`/destinations/${destination}/partner`, { named: 'on' })).status).toBe(303)
    expect(await told()).toEqual([true, true, true])
    const patched = await asks(customer, 'PATCH', `/destinations/${destination}/consent`, { named: false })
    expect([patched.status, patched.json]).toEqual([200, { data: { consent: { named: false, samples: false } } }])
    expect(await told()).toEqual([false, false, false])
  })
})
