import { CEILING } from '../../src/lane/own-pace.ts'
import { KINDS } from './meter.ts'
import { dollarsOf } from './prices.ts'
import { type Behaviour, BEHAVIOURS, BusyReceiver } from './receivers.ts'
import type { Measured } from './scenario.ts'
import { grid } from './table.ts'
import { World } from './world.ts'

const EVENTS_PER_REQUEST = 20
const WARM_UP_MS = 60_000
const RUN_MS = 60_000

export interface PaceOptions {
  behaviour: Behaviour
  /** Events a second that come in. */
  perSecond: number
  /** Workers; default: it finds its own pace. */
  concurrency?: number
  warmUpMs?: number
  runMs?: number
}

export interface Paced {
  /** Delivered a second. */
  perSecond: number
  /** Of what was sent, what failed. */
  failing: number
  /** Milliseconds of the receiver's answers. */
  p50: number
  mostInFlight: number
  /** Milliseconds from accepted to delivered of what came in while it was measured. */
  p95: number
  /** Events that wait at the end. */
  pending: number
  dollars: number
  series: number[]
}

/** Where the receiver takes less than comes in: workers that are tried beside it, and how long. */
const FIXED = [2, 4, 6, 7, 8, 9, 10, 12, 16]
const FIXED_MS = { warmUpMs: 25_000, runMs: 30_000 }
/** The best of a fixed setting may be so many times better, and so many times slower may a receiver become than at rest. */
const BEST = 1.2
const SLOWER = 2
/** A destination without a setting keeps up with so many a second, at 200 ms, with the 95th percentile below this. */
const KEPT_UP = 1_000
const P95_MS = 3_000
/** Events that wait when their receiver is there again, and the share of what it takes with which they are sent. */
const BACKLOG = 1_000_000
const DRAIN = 0.8

interface Case {
  behaviour: Behaviour
  perSecond: number
  /** It is held against the best fixed setting. */
  fixed?: true
}

const CASES: readonly Case[] = [
  { behaviour: BEHAVIOURS.fast, perSecond: KEPT_UP },
  { behaviour: BEHAVIOURS.usual, perSecond: KEPT_UP },
  { behaviour: BEHAVIOURS.slow, perSecond: 200 },
  { behaviour: BEHAVIOURS.queues, perSecond: 250, fixed: true },
  { behaviour: BEHAVIOURS.refuses, perSecond: 250, fixed: true },
  { behaviour: BEHAVIOURS.tires, perSecond: 200, fixed: true },
  { behaviour: BEHAVIOURS.restarts, perSecond: 150 },
]

/** What a default destination makes of receivers of each kind, a minute after it has begun. */
export async function paceReport(): Promise<string> {
  const rows: string[][] = []
  const lines: string[] = []
  const budget = (met: boolean, text: string) => lines.push(`  ${met ? 'met   ' : 'MISSED'} ${text}`)
  for (const { behaviour, perSecond, fixed } of CASES) {
    const own = await measurePace({ behaviour, perSecond })
    const best = fixed ? await bestFixed(behaviour, perSecond) : null
    const { name, restMs } = behaviour
    rows.push([
      name,
      String(perSecond),
      own.perSecond.toFixed(0),
      best ? `${best.perSecond.toFixed(0)} (${best.concurrency})` : '',
      String(own.mostInFlight),
      (own.p50 / restMs).toFixed(2),
      `${(own.failing * 100).toFixed(1)} %`,
      Number.isNaN(own.p95) ? '' : own.p95.toFixed(0),
      own.dollars.toFixed(3),
    ])
    budget(own.p50 <= restMs * SLOWER, `${name}: p50 ${(own.p50 / restMs).toFixed(2)} × that at rest, of ${SLOWER}`)
    if (best)
      budget(
        own.perSecond >= best.perSecond / BEST,
        `${name}: the best fixed setting has ${(best.perSecond / own.perSecond).toFixed(2)} × as much, of ${BEST}`,
      )
    if (behaviour === BEHAVIOURS.usual)
      budget(
        own.perSecond >= KEPT_UP * 0.98 && own.p95 <= P95_MS,
        `${name}: ${own.perSecond.toFixed(0)} a second of ${KEPT_UP}, p95 ${own.p95.toFixed(0)} ms of ${P95_MS}`,
      )
  }
  for (const behaviour of [BEHAVIOURS.usual, BEHAVIOURS.queues]) {
    // Of one that takes what it is given the ceiling is what it can take.
    const most = behaviour.most ?? (CEILING * 1_000) / behaviour.restMs
    const events = behaviour === BEHAVIOURS.usual ? BACKLOG : BACKLOG / 10
    const perSecond = await measureDrain(behaviour, events)
    budget(
      perSecond >= most * DRAIN,
      `${behaviour.name}: ${events} that wait go at ${perSecond.toFixed(0)} a second of ${most}, ${(perSecond / most).toFixed(2)} of at least ${DRAIN}`,
    )
  }
  return [
    'A destination that finds its own pace, in its second minute, on the virtual clock',
    grid([
      ['receiver', 'come in /s', 'sent /s', 'best fixed', 'in flight', 'p50 × rest', 'failing', 'p95 ms', '$/M'],
      ...rows,
    ]),
    ...lines,
  ].join('\n')
}

/** The number of workers with which most arrives, of those with which the receiver is not too slow. */
async function bestFixed(behaviour: Behaviour, perSecond: number): Promise<Paced & { concurrency: number }> {
  const all: (Paced & { concurrency: number })[] = []
  for (const concurrency of FIXED)
    all.push({ concurrency, ...(await measurePace({ behaviour, perSecond, concurrency, ...FIXED_MS })) })
  const [best] = all.filter(({ p50 }) => p50 <= behaviour.restMs * SLOWER).toSorted((a, b) => b.perSecond - a.perSecond)
  if (!best) throw new Error(`${behaviour.name}: no setting is slow enough for it`)
  return best
}

/** Events a second with which a backlog is sent, from when the destination is no longer paused until the last. */
export async function measureDrain(behaviour: Behaviour, events: number): Promise<number> {
  let receiver: BusyReceiver | undefined
  const world = await World.open({
    urls: ['https://hooks.example.com/in'],
    messagesPerBatch: 100,
    receiver: (clock) => (receiver = new BusyReceiver(clock, behaviour)).receive,
  })
  const [id] = world.destinations
  await world.api('PATCH', `/destinations/${id}`, { paused: true })
  while (world.sent < events) {
    await world.send(10, 100)
    await world.clock.runFor(500)
  }
  await world.clock.runFor(60_000)
  await world.api('PATCH', `/destinations/${id}`, { paused: false })
  const began = world.clock.now
  while ((receiver?.seen.delivered ?? 0) < events) {
    await world.clock.runFor(1_000)
    if (world.clock.now - began > events * 1_000) throw new Error('the backlog does not come to its end')
  }
  return (events * 1_000) / (world.clock.now - began)
}

/** What a lane makes of a receiver. The same every time. */
export async function measurePace(options: PaceOptions): Promise<Paced> {
  const { behaviour, perSecond, concurrency, warmUpMs = WARM_UP_MS, runMs = RUN_MS } = options
  let receiver: BusyReceiver | undefined
  const delays: number[] = []
  const series: number[] = []
  let measuring = Infinity
  const world = await World.open({
    urls: ['https://hooks.example.com/in'],
    messagesPerBatch: 100,
    ...(concurrency !== undefined && { concurrency }),
    receiver: (clock) => {
      const busy = new BusyReceiver(clock, behaviour)
      receiver = busy
      return async (request, timeoutMs) => {
        const answer = await busy.receive(request, timeoutMs)
        const { receivedAt } = JSON.parse(request.body) as { receivedAt: string }
        const at = Date.parse(receivedAt)
        if (answer.ok && at >= measuring) delays.push(clock.now - at)
        return answer
      }
    },
  })
  const everyMs = (EVENTS_PER_REQUEST / perSecond) * 1_000
  const feed = async (ms: number) => {
    const end = world.clock.now + ms
    let next = world.clock.now
    let second = world.clock.now + 1_000
    while (world.clock.now < end) {
      await world.send(1, EVENTS_PER_REQUEST)
      next += everyMs
      await world.clock.runFor(Math.max(0, next - world.clock.now))
      if (world.clock.now >= second) {
        second += 1_000
        series.push(receiver?.seen.mostInFlight ?? 0)
        if (receiver) receiver.seen.mostInFlight = 0
      }
    }
  }
  await feed(warmUpMs)
  measuring = world.clock.now
  world.meter.reset()
  receiver?.reset()
  const sentBefore = world.sent
  await feed(runMs)
  const { seen } = receiver ?? { seen: undefined }
  if (!seen) throw new Error('nothing was received')
  const counts = world.meter.counts()
  const parts = Object.fromEntries(KINDS.map((kind) => [kind, world.meter.parts(kind)])) as Measured['parts']
  const [ledger] = await world.ledgers()
  const scenario = { name: '', eventsPerRequest: EVENTS_PER_REQUEST, messagesPerBatch: 100, warmUpMs, batches: 0 }
  const measured = { scenario, events: world.sent - sentBefore, everyMs, counts, parts }
  return {
    perSecond: (seen.delivered * 1_000) / runMs,
    failing: seen.failed / Math.max(1, seen.failed + seen.delivered),
    p50: percentile(seen.took, 0.5),
    mostInFlight: Math.max(...series.slice(-Math.floor(runMs / 1_000))),
    p95: percentile(delays, 0.95),
    pending: ledger?.pending ?? NaN,
    dollars: dollarsOf(measured),
    series,
  }
}

function percentile(all: readonly number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? NaN
}
