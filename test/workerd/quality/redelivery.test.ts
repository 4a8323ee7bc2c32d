import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { ask } from '../api/client.ts'
import { freshPanel } from '../access/browser.ts'
import { asks, type Browser, newIntegration, newWorkspace, ownerOf, personIn } from '../lifecycle/rig.ts'
import { newSource, send } from '../world.ts'

const at = freshPanel()
let partner: Browser
let workspace: string
let answer: () => Response

beforeAll(async () => {
  const owner = await ownerOf(at)
  workspace = await newWorkspace('Acme')
  partner = await personIn(at, owner, workspace, 'owner')
})
beforeEach(() => {
  answer = () => new Response()
  vi.spyOn(globalThis, 'fetch').mockImplementation(() => Promise.resolve(answer()))
})

/** A destination of the first workspace, with a source of its own. */
async function connect(integration: string) {
  const source = await newSource(at)
  const body = { sourceId: source.id, metadataId: integration, enabled: true, settings: {} }
  const { destination } = await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)
  const track = () =>
    send(at, '/v1/track', { body: JSON.stringify({ writeKey: source.writeKey, userId: 'u', event: 'E' }) })
  const ledger = async () =>
    (await ask<{ ledger: Record<string, number> }>(at, 'GET', `/api/destinations/${destination.id}/ledger`)).ledger
  return { id: destination.id, track, ledger }
}

it(
  'what waits for an endpoint goes at once when its maker says that it is back, once in a while',
  { timeout: 60_000 },
  async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
    const one = await connect(id)
    answer = () => new Response('', { status: 503, headers: { 'Retry-After': '3000' } })
    await one.track()
    const held = async () =>
      (
        await ask<{ deliveryMetrics: { hold: object | null } }>(
          at,
          'GET',
          `/api/destinations/${one.id}/delivery-metrics`,
        )
      ).deliveryMetrics.hold
    await vi.waitUntil(async () => (await held()) !== null, { timeout: 15_000 })
    await env.DB.prepare(
      "INSERT OR REPLACE INTO destination_health (destination_id, state, since, waiting, accepted, delivered, failed_attempts, dead, at) VALUES (?, 'held', 0, 1, 1, 0, 1, 0, 1)",
    )
      .bind(one.id)
      .run()
    answer = () => new Response()
    expect((await one.ledger())['pending']).toBe(1)
    const made = await asks<{ data: { return: object } }>(partner, 'POST', `/integrations/${id}/return`)
    expect([made.status, made.json.data.return]).toMatchObject([201, { told: 1, complete: true }])
    await vi.waitUntil(async () => (await one.ledger())['delivered'] === 1, { timeout: 20_000 })
    expect((await asks(partner, 'POST', `/integrations/${id}/return`)).status).toBe(409)
    expect((await partner.get(`/integrations/${id}/redelivery`)).html).toContain('1 destination was told')
  },
)

it('what a request has left the next hour goes on with, from where it stood', async () => {
  const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
  const run = (query: string, ...values: unknown[]) => env.DB.prepare(query).bind(...values)
  const ids = [`dst_${id}_1`, `dst_${id}_2`]
  await env.DB.batch([
    ...ids.flatMap((one) => [
      run(
        "INSERT INTO destinations (id, workspace_id, source_id, integration_id, name, enabled, settings, concurrency, schedule, version, created_at, updated_at) VALUES (?1, 'ws_first', 'src_none', ?2, ?1, 1, '{}', 0, 'segment-4h', 1, 5, 5)",
        one,
        id,
      ),
      run(
        "INSERT INTO destination_health (destination_id, state, since, waiting, accepted, delivered, failed_attempts, dead, at) VALUES (?, 'held', 0, 1, 1, 0, 1, 0, 1)",
        one,
      ),
    ]),
    run("INSERT INTO returns VALUES (?, ?, 'Ada', ?, 150, 0)", id, Date.now(), ids[0]),
  ])
  await at.watch()
  const { json } = await asks<{ data: { return: object } }>(partner, 'GET', `/integrations/${id}/return`)
  expect(json.data.return).toMatchObject({ told: 151, complete: true })
})

it(
  'a customer agrees to a replay with one click or declines, and its maker sees numbers alone',
  { timeout: 60_000 },
  async () => {
    const { id } = await newIntegration(workspace, { state: 'PUBLIC', kind: 'direct' })
    const [one, other] = [await connect(id), await connect(id)]
    const from = new Date(Date.now() - 60_000).toISOString()
    await one.track()
    await vi.waitUntil(async () => (await one.ledger())['delivered'] === 1, { timeout: 15_000 })
    const path = `/integrations/${id}/replay-requests`
    const request = async (body: object) => {
      const { status, json } = await asks<{ data?: { id: string }; errors?: { field: string }[] }>(
        partner,
        'POST',
        path,
        body,
      )
      return json.data?.id ?? `${status} ${json.errors?.[0]?.field}`
    }
    const until = new Date(Date.now() + 1).toISOString()
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await request({ from, until })).toBe('400 words')
    expect(await request({ from: until, until: from, words: 'W' })).toBe('400 from')
    expect(await request({ from, until: new Date(Date.now() + 60_000).toISOString(), words: 'W' })).toBe('400 until')
    expect(await request({ from: '2020-01-01T00:00:00Z', until, words: 'W' })).toBe('400 from')
    const made = await request({ from, until, types: ['track'], words: 'We lost <b>these</b>.' })
    expect(made).toMatch(/^rrq_/)
    const counts = async () => {
      const { json } = await asks<{ data: { replayRequests: object[] } }>(partner, 'GET', path)
      expect(JSON.stringify(json)).not.toContain(one.id)
      expect(JSON.stringify(json)).not.toContain('ws_first')
      return json.data.replayRequests[0]
    }
    expect(await counts()).toMatchObject({ asked: 2, agreed: 0, declined: 0 })
    const say = (destination: string, agreed: boolean) =>
      ask<{ replayId: string | null }>(at, 'POST', `/api/destinations/${destination}/replay-requests/${made}`, {
        agreed,
      })
    const { replayId } = await say(one.id, true)
    expect(await say(other.id, false)).toEqual({ replayId: null })
    const replayed = async () =>
      (await ask<{ replay: { delivered: number; state: string } }>(at, 'GET', `/api/replays/${replayId}`)).replay
        .delivered
    await vi.waitUntil(async () => (await replayed()) === 1, { timeout: 30_000 })
    await expect(say(one.id, true)).rejects.toThrow()
    expect(await counts()).toMatchObject({ asked: 2, agreed: 1, declined: 1 })
    const page = (await partner.get(`/integrations/${id}/redelivery`)).html
    expect(page).toContain('Replay requests')
    const mine = await ask<{ replayRequests: object[] }>(at, 'GET', `/api/destinations/${one.id}/replay-requests`)
    expect(mine.replayRequests).toMatchObject([{ id: made, agreed: true, replayId, words: 'We lost <b>these</b>.' }])
    // Nobody agrees to what is withdrawn, or to what others were asked.
    expect((await asks(partner, 'DELETE', `${path}/${made}`)).status).toBe(200)
    const late = await connect(id)
    await expect(say(late.id, true)).rejects.toThrow()
    for (let n = 0; n < 5; n++) expect(await request({ from, until, words: 'Again.' })).toMatch(/^rrq_/)
    expect(await request({ from, until, words: 'Again.' })).toMatch(/^409/)
  },
)
