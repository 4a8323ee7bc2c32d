import { expect, it } from 'vitest'
import { type Arrival, withWorld, type World } from './network.ts'

const settled = (world: World) => () => world.lane.ledger().pending === 0
const ok = () => new Response('ok')

/** The most arrivals in any one second. */
function busiest(arrivals: readonly Arrival[]): number {
  return Math.max(...arrivals.map(({ at }) => arrivals.filter((one) => one.at >= at && one.at < at + 1_000).length))
}

it.each([
  [20, 4],
  [50, 10],
  [7, 3],
])('a rate of %i a second is kept by %i workers in every second', (rate, concurrency) =>
  withWorld(
    async (_, { sleep }) => {
      await sleep(40)
      return ok()
    },
    { rate, concurrency },
    async (world) => {
      for (let n = 0; n < 8; n++) {
        await world.batch(rate * 3)
        await world.run(200)
      }
      await world.run(60_000, settled(world))
      expect(world.arrivals).toHaveLength(rate * 24)
      expect(busiest(world.arrivals)).toBeLessThanOrEqual(rate + concurrency)
      // And it is used: eight batches of three seconds each take not much longer than that.
      expect(world.now()).toBeLessThan(45_000)
    },
  ),
)

it('429 with Retry-After: 20 is kept by all workers after at most five seconds, and costs no attempt', () =>
  withWorld(
    async (_, world) => {
      await world.sleep(50)
      const quiet = world.now() >= 3_000 && world.now() < 23_000
      return quiet
        ? new Response(null, {
            status: 429,
            headers: { 'Retry-After': String(Math.ceil((23_000 - world.now()) / 1_000)) },
          })
        : ok()
    },
    { rate: 40, concurrency: 4 },
    async (world) => {
      for (let n = 0; n < 8; n++) await world.batch(50)
      await world.run(120_000, settled(world))
      const times = world.arrivals.map(({ at }) => at)
      const first429 = times.find((at) => at >= 2_950)!
      expect(times.filter((at) => at > first429 + 5_000 && at < 23_000)).toEqual([])
      const refused = times.filter((at) => at >= 2_950 && at < 22_950).length
      // Each worker has at most a handful under way when it hears of it.
      expect(refused).toBeLessThanOrEqual(12)
      expect(world.lane.metrics()).toMatchObject({
        attempts: { delivered: 400, http_429: refused },
        ledger: { delivered: 400, dead: 0 },
      })
      const after = world.arrivals.filter(({ at }) => at >= 23_000)
      expect(busiest(after)).toBeLessThanOrEqual(22)
    },
  ))

it('500 for a minute: a few attempts, growing pauses, and all arrives when it is over', () =>
  withWorld(
    (_, world) => (world.now() < 60_000 ? new Response('no', { status: 500 }) : ok()),
    {},
    async (world) => {
      await world.batch(200)
      await world.run(60_000)
      const early = world.arrivals.length
      // Those of the first grant, then one a pause: 1, 2, 4, 8, 16, 32 s at most.
      expect(early).toBeGreaterThanOrEqual(8 + 5)
      expect(early).toBeLessThanOrEqual(8 + 16)
      const probes = world.arrivals.slice(8).map(({ id }) => id)
      expect(probes.every((id, n) => id !== probes[n - 1])).toBe(true)
      await world.run(30 * 60_000, settled(world))
      expect(world.lane.metrics()).toMatchObject({ ledger: { delivered: 200, dead: 0 }, hold: null, breaker: null })
      const { delivered, http_500: failed = 0 } = world.lane.metrics().attempts
      expect([delivered, failed, world.arrivals.length]).toEqual([200, early, 200 + early])
    },
  ))

it('a receiver that is down for an hour costs a wake-up and an alarm or two a probe', () =>
  withWorld(
    () => new Response('no', { status: 503 }),
    {},
    async (world) => {
      for (let n = 0; n < 10; n++) await world.batch(20)
      await world.run(15 * 60_000)
      const { wakeUps, alarms } = world
      const before = world.arrivals.length
      await world.run(3_600_000)
      const probes = world.arrivals.length - before
      expect(probes).toBeLessThan(60)
      expect(world.wakeUps - wakeUps).toBeLessThanOrEqual(probes + 1)
      expect(world.alarms - alarms).toBeLessThanOrEqual(2 * probes + 2)
    },
  ))

it('one event that always fails does not keep the others back', () =>
  withWorld(
    ({ id }, world) => (id === '1-0' || world.now() < 20_000 ? new Response('no', { status: 500 }) : ok()),
    {},
    async (world) => {
      await world.batch(30)
      await world.run(10 * 60_000)
      expect(world.lane.ledger()).toMatchObject({ delivered: 29, pending: 1 })
      expect(world.lane.metrics().breaker).toBeNull()
    },
  ))

it('a probe whose worker dies is made up for', () =>
  withWorld(
    (_, world) => (world.now() < 30_000 ? new Response('no', { status: 500 }) : ok()),
    {},
    async (world) => {
      await world.batch(30)
      await world.run(29_000)
      world.deaths = 1
      await world.run(30 * 60_000, settled(world))
      expect(world.deaths).toBe(0)
      expect(world.lane.ledger()).toMatchObject({ delivered: 30 })
    },
  ))

const attempts = (world: World, id: string) => world.arrivals.filter((one) => one.id === id).length

it.each<[string, Parameters<typeof withWorld>[0], string]>([
  ['never answers', () => new Promise<never>(() => undefined), 'timeout'],
  [
    'answers 200 after the timeout',
    async (_, { sleep }) => {
      await sleep(10_001)
      return ok()
    },
    'timeout',
  ],
  ['resets the connection', () => Promise.reject(new TypeError('Network connection lost.')), 'network'],
  ['answers 500', () => new Response('no', { status: 500 }), 'http_500'],
  [
    'answers 500 and never ends its body',
    (_, __, signal) =>
      new Response(
        new ReadableStream({
          start: (c) => signal.addEventListener('abort', () => c.error(signal.reason), { once: true }),
        }),
        { status: 500 },
      ),
    'http_500',
  ],
  ['answers 500 with a megabyte', () => new Response('x'.repeat(1_048_576), { status: 500 }), 'http_500'],
])('a receiver that %s is tried as often as its schedule says', (_, receiver, why) =>
  withWorld(receiver, { schedule: { delaysSeconds: [0, 5, 60, 600], ageSeconds: 86_400 } }, async (world) => {
    await world.batch(3)
    await world.run(86_400_000, settled(world))
    expect([0, 1, 2].map((n) => attempts(world, `1-${n}`))).toEqual([4, 4, 4])
    expect(world.lane.metrics()).toMatchObject({ dead: { [why]: 3 }, attempts: { [why]: 12 } })
  }),
)

it.each<[string, () => Response]>([
  ['streams for ever', () => new Response(new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(1_024)) }))],
  ['answers a megabyte', () => new Response('x'.repeat(1_048_576))],
])('a receiver that takes the event and %s is asked once', (_, receiver) =>
  withWorld(receiver, {}, async (world) => {
    await world.batch(3)
    await world.run(60_000, settled(world))
    expect(world.arrivals).toHaveLength(3)
    expect(world.lane.ledger()).toMatchObject({ delivered: 3 })
  }),
)
