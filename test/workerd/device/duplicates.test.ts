import { afterEach, expect, it, vi } from 'vitest'
import { ask } from '../api/client.ts'
import { freshPlatform, newSource, send } from '../world.ts'
import { connect, newPackaged } from './tools.ts'

const at = freshPlatform()

afterEach(() => void vi.restoreAllMocks())

/** What clients say of who has an event, for a tool named `name`. */
const says = (name: string) => ({
  bundled: { bundled: ['Segment.io', name], unbundled: [] },
  unbundled: { bundled: ['Segment.io'], unbundled: [name] },
})

it.each([
  ['device', ['browser, unbundled', 'mobile', 'server'], ['browser', 'browser, bundled']],
  ['cloud', ['browser', 'browser, unbundled', 'mobile', 'server'], ['browser, bundled']],
])('in %s mode the cloud brings the tool what no device brought', async (mode, delivered, sentOnDevice) => {
  const arrived: string[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation((_, init) => {
    arrived.push((JSON.parse(init?.body as string) as { event: string }).event)
    return Promise.resolve(new Response())
  })
  const { id, writeKey } = await newSource(at)
  const { id: metadataId, name } = await newPackaged(at)
  const destination = await connect(at, id, metadataId, { mode, settings: { apiKey: 'k' } })
  const { bundled, unbundled } = says(name)
  const events = [
    { event: 'server' },
    { event: 'mobile', channel: 'mobile' },
    { event: 'browser', channel: 'client' },
    { event: 'browser, bundled', channel: 'client', _metadata: bundled },
    { event: 'browser, unbundled', channel: 'client', _metadata: unbundled },
  ]
  const batch = events.map((event) => ({ type: 'track', userId: 'u', messageId: `${id}-${event.event}`, ...event }))
  expect((await send(at, '/v1/batch', { body: JSON.stringify({ writeKey, batch }) })).status).toBe(200)
  await vi.waitFor(
    async () =>
      expect(await ask(at, 'GET', `/api/destinations/${destination.id}/delivery-metrics`)).toMatchObject({
        deliveryMetrics: {
          metrics: expect.arrayContaining([
            { metricName: 'successes', total: delivered.length, breakdown: [] },
            {
              metricName: 'filtered',
              total: sentOnDevice.length,
              breakdown: [{ metricName: 'MESSAGE_SENT_CLIENT_SIDE', value: sentOnDevice.length }],
            },
          ]),
        },
      }),
    { timeout: 15_000 },
  )
  expect(arrived.toSorted()).toEqual(delivered)
})
