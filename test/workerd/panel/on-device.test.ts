import { beforeAll, describe, expect, it, vi } from 'vitest'
import { ask, newIntegration } from '../api/client.ts'
import { newSource, send } from '../world.ts'
import { rig } from './rig.ts'

/** What a page or an app says of its tools with each event, and what “Where did it go?” makes of it. */

const at = rig()
const GA4 = 'Google Analytics 4 Web'
const NOWHERE = 'This source had no enabled destination when the event came.'
let source: { id: string; writeKey: string }
let mobile: { id: string; writeKey: string }
let app: { slug: string; id: string; name: string }

async function connect(sourceId: string, metadataId: string, settings: object) {
  const body = { sourceId, metadataId, settings, enabled: true }
  return (await ask<{ destination: { id: string } }>(at, 'POST', '/api/destinations', body)).destination.id
}

/** The page of the one event that is sent to this source, as text. */
let sent = 0
async function pageOf({ id, writeKey }: { id: string; writeKey: string }, event: Record<string, unknown>) {
  const messageId = `device-${sent++}`
  const batch = [{ userId: 'u', type: 'page', name: 'Home', messageId, ...event }]
  await send(at, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })
  const place = await vi.waitUntil(
    async () => {
      const { html } = await at.get(`/sources/${id}/debugger?q=${messageId}`)
      return /<li data-id="(\d+\.\d+)"/.exec(html)?.[1]
    },
    { timeout: 10_000 },
  )
  const { html } = await at.get(`/sources/${id}/debugger/${place}`)
  // What the event itself says stands below; this is about what the page makes of it.
  const main = html.slice(html.indexOf('<main'), html.indexOf('The event as it was archived'))
  return main.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ')
}

beforeAll(async () => {
  source = await newSource(at)
  mobile = await newSource(at)
  app = await newIntegration(at, {
    kind: 'packaged',
    endpoint: undefined,
    settings: [],
    name: `App Tool ${crypto.randomUUID().slice(0, 6)}`,
    device: { sdks: ['ios', 'android'], plugin: { type: 'bundle' } },
  })
  await connect(source.id, 'google-analytics-4-web', { measurementID: 'G-1' })
  await connect(mobile.id, app.slug, {})
})

describe('a tool of the page', () => {
  it.each<[string, Record<string, unknown>, string[], string[]]>([
    [
      'could not be loaded',
      { _metadata: { bundled: [GA4, 'Segment.io'], unbundled: [], failedInitializations: [GA4] } },
      ['Could not be loaded', 'ad blocker'],
      ['On the device: The', 'handed it this event', 'no destination shown here'],
    ],
    [
      'was there',
      { _metadata: { bundled: [GA4, 'Segment.io'], unbundled: [], bundledIds: [] } },
      ['handed it this event'],
      ['ad blocker'],
    ],
    [
      'was there, but takes no such call',
      { type: 'track', event: 'E', _metadata: { bundled: [GA4] } },
      ['it takes no track calls'],
      ['handed it this event'],
    ],
    [
      'was kept away by the event itself',
      { integrations: { [GA4]: false }, _metadata: { bundled: [GA4] } },
      ['integrations object keeps it away'],
      ['handed it this event'],
    ],
    [
      'was said to be unbundled',
      { _metadata: { bundled: ['Segment.io'], unbundled: [GA4] } },
      ['Left to the cloud', 'It has no way through the cloud'],
      [],
    ],
    [
      'was not named',
      { channel: 'client', _metadata: { bundled: ['Segment.io'], unbundled: [] } },
      ['does not name it'],
      [],
    ],
    ['of a client that says nothing', { channel: 'client' }, ['is not known'], ['ad blocker']],
    [
      'never gets what a server sends',
      { channel: 'server' },
      ['Not on this platform', 'web pages only'],
      ['ad blocker'],
    ],
    [
      'that none of the destinations is',
      { _metadata: { bundled: [GA4, 'Gone Tool'], failedInitializations: ['Other <b>'] } },
      ['Gone Tool', 'Other &lt;b&gt;', 'under a name that no destination shown here has'],
      [],
    ],
    [
      'has ids of destinations',
      { channel: 'client', _metadata: { bundled: 7, unbundled: null, bundledIds: [{}, 'x'] } },
      ['is not known'],
      [],
    ],
  ])('%s', async (_, event, there, absent) => {
    const page = await pageOf(source, event)
    for (const words of there) expect(page).toContain(words)
    for (const words of [...absent, NOWHERE]) expect(page).not.toContain(words)
  })
})

describe('a tool of the app', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['was loaded', { channel: 'mobile', _metadata: { bundled: () => app.name } }, ['handed it this event']],
    [
      'runs in no web page',
      { channel: 'client', _metadata: { bundled: () => 'Segment.io' } },
      ['Not on this platform'],
    ],
  ])('%s', async (_, { _metadata, ...event }, there) => {
    const bundled = (_metadata as { bundled: () => string }).bundled()
    const page = await pageOf(mobile, { ...event, _metadata: { bundled: [bundled], unbundled: [], bundledIds: [] } })
    for (const words of there) expect(page).toContain(words)
    expect(page).not.toContain(NOWHERE)
  })
})

it('no destination at all is said where it is true, and names that are endless are cut', async () => {
  const bare = await newSource(at)
  expect(await pageOf(bare, {})).toContain(NOWHERE)
  const names = Array.from({ length: 900 }, (_, n) => `Tool ${n}`)
  const page = await pageOf(bare, { _metadata: { bundled: [...names, 'x'.repeat(5_000)] } })
  expect(page.match(/Tool \d+/g)).toHaveLength(25)
  expect(page).not.toContain(NOWHERE)
})
