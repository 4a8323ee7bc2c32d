import { beforeEach, expect, it } from 'vitest'
import { UsageWindow } from '../../../src/intake/index.ts'
import { basic, type Desk, openDesk } from './desk.ts'

let desk: Desk
let spent: number
let usage: UsageWindow
beforeEach(async () => {
  spent = 0
  usage = new UsageWindow()
  const spend = (events: number, perSecond: number) => {
    spent += events
    return Promise.resolve(usage.spend(desk.clock.now, events, perSecond))
  }
  const INTAKE = { getByName: () => ({ spend }) } as unknown as Cloudflare.Env['INTAKE']
  desk = await openDesk({ env: { INTAKE, SOURCE_EVENTS_PER_SECOND: '100' } })
})

const key = () => basic(`${desk.writeKey}:`)
const pixel = () =>
  desk.at.http.fetch(
    new Request(`https://x.test/v1/pixel/track?writeKey=${encodeURIComponent(desk.writeKey)}&userId=u&event=E`),
  )

it.each<[string, number, () => Promise<Response> | Response]>([
  ['an empty batch', 1, () => desk.post('/v1/batch', { batch: [] }, key())],
  ['what is no JSON', 1, () => desk.post('/v1/batch', '{', key())],
  ['no batch', 1, () => desk.post('/v1/batch', {}, key())],
  ['an event that is rejected', 1, () => desk.post('/v1/track', { userId: 'u' }, key())],
  [
    'twenty that are rejected',
    20,
    () => desk.post('/v1/batch', { batch: Array.from({ length: 20 }, () => ({})) }, key()),
  ],
  ['damaged gzip', 1, () => desk.post('/v1/batch', new Uint8Array([0x1f, 0x8b, 8, 0]), key())],
  ['a pixel', 1, pixel],
])('%s spends %d of the source’s limit, and is not taken over it', async (_, events, send) => {
  for (let n = 0; n < 2_000 / events; n++) await send()
  expect(spent).toBeGreaterThanOrEqual(1_000)
  // Ten seconds of a hundred each, and the thousand that an isolate keeps to itself.
  expect(desk.sent.length * events).toBeLessThanOrEqual(2_000)
  const before = desk.sent.length
  const reply = await send()
  expect(desk.sent.length).toBe(before)
  expect([429, 200]).toContain(reply.status)
  expect(reply.headers.get('content-type')).toMatch(reply.status === 429 ? /json/ : /gif/)
})
