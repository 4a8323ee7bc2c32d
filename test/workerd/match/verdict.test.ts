import { beforeAll, describe, expect, it } from 'vitest'
import { FILTERS } from '../../../src/match/index.ts'
import { ask, newDestination, newIntegration } from '../api/client.ts'
import { rig } from '../panel/rig.ts'
import { messageOf } from '../route/rig.ts'
import { newSource, recordingQueue, send } from '../world.ts'

const { queue, sent } = recordingQueue()
let requests = 0
const at = rig({
  overrides: { EVENTS: queue },
  ctx: {
    fetch: () => {
      requests++
      return Promise.resolve(new Response(null, { status: 200 }))
    },
  },
})

/** What became of one event at one destination: the code of what kept it back, or `sent`. */
interface Verdict {
  raw: Record<string, unknown>
  destination: string
  byRoute: string
  byTest: string
}

const verdicts: Verdict[] = []

/** Every kind of destination that some rule makes a difference between. */
async function destinationsOf(source: string): Promise<{ id: string; name: string }[]> {
  const device = { sdks: ['browser'], plugin: { type: 'bundle' }, defaultMode: 'device' }
  const integrations = [
    await newIntegration(at),
    await newIntegration(at, { supportedMethods: ['identify'] }),
    await newIntegration(at, { name: 'Salesforce' }),
    await newIntegration(at, { kind: 'packaged', device }),
    await newIntegration(at, { kind: 'packaged', device: { ...device, defaultMode: 'cloud' } }),
  ]
  const made = integrations.map(async ({ slug, name }) => {
    const { id } = await newDestination(at, source, { apiKey: 'k' }, slug)
    await ask(at, 'PATCH', `/api/destinations/${id}`, { enabled: true, paused: true })
    return { id, name }
  })
  return Promise.all(made)
}

/** Every combination of what the rules look at in an event. */
function events(names: readonly string[]): Record<string, unknown>[] {
  const each = (value: boolean) => Object.fromEntries(names.map((name) => [name, value]))
  const integrations = [{}, { All: false }, each(false), { All: false, ...each(true) }]
  const metadata = [undefined, { bundled: names }, { unbundled: names }]
  const channels = ['client', 'mobile', 'server']
  const tracks = integrations.flatMap((wanted) =>
    channels.flatMap((channel) =>
      metadata.map((_metadata) => ({
        type: 'track',
        event: 'E',
        userId: 'u',
        integrations: wanted,
        channel,
        ...(_metadata && { _metadata }),
      })),
    ),
  )
  return [...tracks, ...channels.map((channel) => ({ type: 'identify', userId: 'u', channel }))]
}

/** The way of a real event: ingest, queue, route, log. */
async function routed(writeKey: string, raw: Record<string, unknown>): Promise<Map<string, string>> {
  const messageId = crypto.randomUUID()
  sent.length = 0
  const { type, ...rest } = raw
  const body = JSON.stringify({ ...rest, messageId, writeKey })
  expect((await send(at, `/v1/${String(type)}`, { body })).status).toBe(200)
  await at.route(sent.map((text) => messageOf(text) as unknown as Message<unknown>))
  const { event } = await ask<{ event: { destinations: { id: string; codes?: string[] }[] } }>(
    at,
    'GET',
    `/api/events/${messageId}`,
  )
  return new Map(event.destinations.map(({ id, codes = ['sent'] }) => [id, codes.join()]))
}

async function tested(id: string, event: Record<string, unknown>): Promise<string> {
  const { test } = await ask<{ test: { outcome: { kind: string; code?: string } } }>(
    at,
    'POST',
    `/api/destinations/${id}/test`,
    { event },
  )
  const { kind, code } = test.outcome
  return kind === 'delivered' ? 'sent' : `${code}`
}

beforeAll(async () => {
  const { id: source, writeKey } = await newSource(at)
  const destinations = await destinationsOf(source)
  for (const raw of events(destinations.map(({ name }) => name))) {
    const byRoute = await routed(writeKey, raw)
    const all = destinations.map(async ({ id }) => {
      verdicts.push({ raw, destination: id, byRoute: byRoute.get(id) ?? 'unknown', byTest: await tested(id, raw) })
    })
    await Promise.all(all)
  }
}, 120_000)

describe.each([...Object.keys(FILTERS), 'sent'])('%s', (code) => {
  const those = () => verdicts.filter(({ byRoute, byTest }) => byRoute === code || byTest === code)

  it('is what route and the test of a destination say of the same events', () => {
    // A rule that no event here comes to has no test: give `events` or `destinationsOf` what it looks at.
    expect(those()).not.toHaveLength(0)
    const differing = those().filter(({ byRoute, byTest }) => byRoute !== byTest)
    expect(differing.slice(0, 3)).toEqual([])
  })
})

it('sends what it says that it sends, and nothing else', () => {
  expect(requests).toBe(verdicts.filter(({ byTest }) => byTest === 'sent').length)
})

it('knows of no other verdict', () => {
  const known = new Set([...Object.keys(FILTERS), 'sent'])
  expect(verdicts.filter(({ byRoute, byTest }) => ![byRoute, byTest].every((one) => known.has(one)))).toEqual([])
})

describe.each(Object.entries(FILTERS))('a test that ends with %s', (code, words) => {
  it('says so in words, on the page and in the API', async () => {
    const { raw, destination } = verdicts.find(({ byRoute }) => byRoute === code)!
    const { html } = await at.post(`/destinations/${destination}/test`, { event: JSON.stringify(raw) })
    expect(html).toContain('No request was made')
    expect(html).toContain(words)
    const { meanings } = await ask<{ meanings: Record<string, string> }>(
      at,
      'POST',
      `/api/destinations/${destination}/test`,
      { event: raw },
    )
    expect(meanings).toEqual({ [code]: words })
  })
})
