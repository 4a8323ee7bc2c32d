import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { writeBatch } from '../../../src/archive/index.ts'
import { context, type Context, type OutgoingRequest } from '../../../src/context.ts'
import { runLane } from '../../../src/deliver/run.ts'
import type { Target } from '../../../src/integrations/index.ts'
import { encodeSet, Lane, type LaneRemote, setOf } from '../../../src/lane/index.ts'
import { type LaneConfig, openDatabase, type SettingsCache } from '../../../src/settings/index.ts'
import type { SpecEvent } from '../../../src/event/index.ts'
import { direct, newEvent } from '../deliver/stand-ins.ts'
import { CONFIG, T0 } from './rig.ts'

/** One way through the simulated network, a wake-up's way through the queue, and an answer of the archive. */
const HOP_MS = 20
const QUEUE_MS = 300

/** A receiver: answers, throws or never ends. `signal` is aborted when the sender has lost patience. */
export type Receiver = (arrival: Arrival, world: World, signal: AbortSignal) => Promise<Response> | Response

export interface Arrival {
  /** Milliseconds since the beginning. */
  at: number
  /** Of its event, or of the first of a list. */
  id: string
  /** Of a list: ids of all of its events. */
  ids?: string[]
  /** Its header, where it has one. */
  webhookId?: string
}

/** A lane with its workers and a receiver, all on one virtual clock. */
export interface World {
  lane: Lane
  arrivals: Arrival[]
  /** Milliseconds since the beginning. */
  now(): number
  sleep(ms: number): Promise<void>
  /** Registers a batch of `count` events. */
  batch(count: number): Promise<void>
  /** Lets the world go on for `ms`, or until `done`. */
  run(ms: number, done?: () => boolean): Promise<void>
  /** Workers that are to die with their next request. */
  deaths: number
  wakeUps: number
  alarms: number
}

/** The real lane, the real worker, a real archive; between them a network that takes its time. */
export async function withWorld(
  receiver: Receiver,
  config: Partial<LaneConfig>,
  body: (world: World) => Promise<void>,
  target: Target = direct(),
): Promise<void> {
  const stub = env.LANE.getByName(`world-${crypto.randomUUID()}`)
  await runInDurableObject(stub, async (_, { storage }) => {
    const clock = virtualClock()
    const alarm = { at: null as number | null }
    const seqs = { last: 0 }
    const ctx: Context = {
      ...context,
      now: () => clock.now,
      sleep: clock.sleep,
      fetch: send,
      random,
      log: () => undefined,
    }
    const lane = new Lane(
      'dst_2',
      {
        sql: storage.sql,
        transactionSync: (closure) => storage.transactionSync(closure),
        setAlarm: (at) => {
          alarm.at = at
          void clock.sleep(Math.max(0, at - clock.now)).then(() => ring(at))
          return Promise.resolve()
        },
      },
      ctx,
      () => {
        world.wakeUps++
        void clock.sleep(QUEUE_MS).then(() => runLane({ lane: 'dst_2' }, deps))
        return Promise.resolve()
      },
    )
    const far =
      <A extends unknown[], T>(method: (...args: A) => T) =>
      async (...args: A): Promise<T> => {
        await clock.sleep(HOP_MS)
        const answer = method(...args)
        await clock.sleep(HOP_MS)
        return answer
      }
    const remote = {
      take: far(() => lane.take()),
      settle: far((...args: Parameters<Lane['settle']>) => lane.settle(...args)),
      progress: far((...args: Parameters<Lane['progress']>) => lane.progress(...args)),
      configure: far((given: LaneConfig) => lane.configure(given)),
    } as unknown as LaneRemote
    const settings = {
      target: () => Promise.resolve(target),
      invalidate: () => undefined,
    } as unknown as SettingsCache
    const archive = memoryArchive()
    const deps = {
      ctx,
      archive,
      settings,
      db: openDatabase(env.DB, undefined, ctx),
      lane: () => remote,
      allowLocal: false,
    }
    const world: World = {
      lane,
      arrivals: [],
      deaths: 0,
      wakeUps: 0,
      alarms: 0,
      now: () => clock.now - T0,
      sleep: clock.sleep,
      run: clock.run,
      batch: async (count) => {
        const seq = ++seqs.last
        const lines = Array.from({ length: count }, (_, n) => JSON.stringify(newEvent({ messageId: `${seq}-${n}` })))
        const at = new Date(T0 + seq).toISOString()
        const facts = { source: 'src', batch: `${T0 + seq}-x`, firstReceivedAt: at, lastReceivedAt: at }
        const stored = await writeBatch(archive, facts, lines)
        const events = encodeSet(setOf(lines.map((_, n) => n)))
        const parts = [{ seq, ...stored, events, filtered: {} }]
        lane.register({ log: 'src', from: seq - 1, to: seq, parts, config: { ...CONFIG, ...config } })
      },
    }

    function ring(at: number): void {
      if (alarm.at !== at) return
      alarm.at = null
      world.alarms++
      lane.alarm()
    }

    async function send(request: OutgoingRequest, timeoutMs: number): Promise<Response> {
      // A worker that dies neither sends nor settles.
      if (world.deaths > 0) {
        world.deaths--
        return new Promise<never>(() => undefined)
      }
      const patience = new AbortController()
      const timeout = new DOMException('too late', 'TimeoutError')
      const given = clock.sleep(timeoutMs).then(() => {
        patience.abort(timeout)
        throw timeout
      })
      given.catch(() => undefined)
      const body = JSON.parse(request.body) as SpecEvent | SpecEvent[]
      const ids = (Array.isArray(body) ? body : [body]).map(({ messageId }) => messageId)
      const webhookId = request.headers['webhook-id']
      const arrival: Arrival = {
        at: clock.now - T0,
        id: ids[0] ?? '',
        ...(Array.isArray(body) && { ids }),
        ...(webhookId !== undefined && { webhookId }),
      }
      world.arrivals.push(arrival)
      return Promise.race([Promise.resolve(receiver(arrival, world, patience.signal)), given])
    }

    await body(world)
  })
}

/** Chance without chance: the same in every run. */
let seed = 1
function random(): number {
  seed = (seed * 48_271) % 2_147_483_647
  return seed / 2_147_483_647
}

/** A clock that moves on whenever nobody has anything to do before the next sleeper wakes. */
function virtualClock() {
  const sleepers: { at: number; wake: () => void }[] = []
  const clock = {
    now: T0,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        const at = clock.now + Math.max(0, ms)
        const before = sleepers.findIndex((one) => one.at > at)
        sleepers.splice(before === -1 ? sleepers.length : before, 0, { at, wake })
      }),
    run: async (ms: number, done: () => boolean = () => false) => {
      const end = clock.now + ms
      for (;;) {
        await idle()
        if (done()) return
        const next = sleepers[0]
        if (!next || next.at > end) break
        clock.now = Math.max(clock.now, next.at)
        while (sleepers[0] && sleepers[0].at <= clock.now) sleepers.shift()?.wake()
      }
      clock.now = end
    },
  }
  return clock
}

/** Streams of the runtime need a turn of the event loop or two. */
async function idle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
}

/** R2 as far as a worker needs it. */
function memoryArchive(): R2Bucket {
  const objects = new Map<string, Uint8Array>()
  return {
    put: (key: string, body: Uint8Array) => Promise.resolve(void objects.set(key, new Uint8Array(body))),
    get: (key: string, { range }: { range: { offset: number; length: number } }) => {
      const bytes = objects.get(key)?.slice(range.offset, range.offset + range.length)
      return Promise.resolve(bytes ? { arrayBuffer: () => Promise.resolve(bytes.buffer) } : null)
    },
  } as unknown as R2Bucket
}
