import type { VirtualClock } from '../../test/platform/clock.ts'
import type { Receiver } from './context.ts'
import { change } from './isolation.ts'
import { LATENCY } from './latency.ts'
import type { Counts } from './meter.ts'
import { grid } from './table.ts'
import { World } from './world.ts'

/** Events of the archive that are sent once more. */
const EVENTS = 1_000_000
/** Where what comes in takes half of the destination's rate. */
const FEW = 20_000
const TIGHT = 40
/** Of one object of the archive: ten requests of a hundred. */
const REQUESTS = 10
const EVENTS_PER_REQUEST = 100
const PER_OBJECT = REQUESTS * EVENTS_PER_REQUEST
/** What comes in meanwhile: events a request, and milliseconds between requests. */
const LIVE_EVENTS = 10
const LIVE_EVERY_MS = 500
const LIVE_PER_SECOND = (LIVE_EVENTS / LIVE_EVERY_MS) * 1_000
/** How long it is measured before the replay begins. */
const ALONE_MS = 180_000
/** After this the replay hangs. */
const LONGEST_MS = 48 * 3_600_000
/** Beside a replay the 95th percentile of what comes in may change by less than this. */
const BUDGET = 0.1
/** Rows written, and reads of R2, that an event of a replay may cost. */
const ROWS = 0.02
const READS = 0.01
const RECEIVER = 'https://fine.example.com/in'

export interface ReplayCost {
  /** That were sent once more, and that came in beside them. */
  events: number
  live: number
  /** Milliseconds from accepted to delivered of what came in, before the replay and beside it. */
  p95Alone: number
  p95Beside: number
  /** Milliseconds on the virtual clock. */
  tookMs: number
  /** Of a replay with nothing beside it. */
  counts: Counts
}

/** What a replay does to what comes in, and what it costs. `rate`: that of the destination, requests a second. */
export async function measureReplay(events: number, rate: number | null, aloneMs = ALONE_MS): Promise<ReplayCost> {
  const beside = await runReplay(events, rate, aloneMs)
  const { counts } = await runReplay(events, rate, 0)
  return { ...beside, counts }
}

export async function replayReport(): Promise<string> {
  return `${await report(EVENTS, null)}\n\n${await report(FEW, TIGHT)}`
}

async function report(events: number, rate: number | null): Promise<string> {
  const cost = await measureReplay(events, rate)
  const moved = change(cost.p95Beside, cost.p95Alone)
  const per = (n: number) => n / cost.events
  const rows = per(cost.counts.objectRowsWritten)
  const reads = per(cost.counts.r2ClassB)
  const line = (met: boolean, text: string) => `  ${met ? 'met   ' : 'MISSED'} ${text}`
  return [
    `A replay of ${cost.events} events, ${PER_OBJECT} an object, to a destination ${rate === null ? 'without a rate' : `of ${rate} a second`} that gets ${LIVE_PER_SECOND} live ones a second`,
    grid([
      ['accepted → delivered, ms on the virtual clock', 'events', 'p95'],
      ['before it', '', cost.p95Alone.toFixed(0)],
      ['beside it', String(cost.live), cost.p95Beside.toFixed(0)],
    ]),
    `  ${(cost.events / (cost.tookMs / 1_000)).toFixed(0)} events a second of the replay, ${(cost.tookMs / 60_000).toFixed(0)} minutes`,
    line(moved < BUDGET, `a change of the p95 of ${(moved * 100).toFixed(1)} % of less than ${BUDGET * 100} %`),
    // Where the rate is needed a replay goes in small steps, which cost more.
    ...(rate === null
      ? [
          line(rows <= ROWS, `${rows.toFixed(4)} rows written an event of at most ${ROWS}`),
          line(reads <= READS, `${reads.toFixed(4)} reads of R2 an event of at most ${READS}`),
        ]
      : [`  ${rows.toFixed(4)} rows written and ${reads.toFixed(4)} reads of R2 an event`]),
  ].join('\n')
}

/** A replay of so many events; what comes in beside it when `aloneMs` is not 0, which is measured so long before it begins. */
export async function runReplay(events: number, rate: number | null, aloneMs: number): Promise<ReplayCost> {
  const took: number[] = []
  const seen = new Set<string>()
  const receiver =
    (clock: VirtualClock): Receiver =>
    async ({ body }) => {
      await clock.sleep(LATENCY.receiver)
      const { messageId, receivedAt, context } = JSON.parse(body) as Received
      if (context.replay === undefined && !seen.has(messageId)) {
        seen.add(messageId)
        took.push(clock.now - Date.parse(receivedAt))
      }
      return new Response(null, { status: 200 })
    }
  const world = await World.open({ urls: [], messagesPerBatch: REQUESTS, receiver })
  for (let sent = 0; sent < events; sent += PER_OBJECT) {
    await world.send(REQUESTS, EVENTS_PER_REQUEST)
    await world.clock.runFor(200)
  }
  await world.clock.runFor(60_000)
  const until = new Date(world.clock.now).toISOString()
  const destinationId = await world.addDestination(RECEIVER, { ...(rate !== null && { rate }) })
  await world.clock.runFor(60_000)

  const live = async (isOver: () => Promise<boolean> | boolean) => {
    do {
      await world.send(1, LIVE_EVENTS)
      await world.clock.runFor(LIVE_EVERY_MS)
    } while (!(await isOver()))
  }
  const end = world.clock.now + aloneMs
  if (aloneMs > 0) await live(() => world.clock.now >= end)
  const p95Alone = percentile(took.splice(0), 0.95)

  world.meter.reset()
  const began = world.clock.now
  const order = { sourceId: world.source, destinationId, from: '2000-01-01T00:00:00Z', until }
  const { replay } = await world.api<{ replay: { id: string } }>('POST', '/replays', order)
  let looks = 0
  const isDone = async () => {
    if (looks++ % 20 > 0) return false
    if (world.clock.now > began + LONGEST_MS) throw new Error('the replay does not come to its end')
    const report = await world.api<{ replay: { state: string; delivered: number } }>('GET', `/replays/${replay.id}`)
    if (report.replay.state === 'failed') throw new Error('the replay has failed')
    if (report.replay.state === 'done' && report.replay.delivered !== events)
      throw new Error(`the replay has delivered ${report.replay.delivered} of ${events}`)
    return report.replay.state === 'done'
  }
  if (aloneMs > 0) await live(isDone)
  else while (!(await isDone())) await world.clock.runFor(LIVE_EVERY_MS)
  const tookMs = world.clock.now - began
  const counts = world.meter.counts()
  await world.clock.runFor(30_000)
  return { events, live: took.length, p95Alone, p95Beside: percentile(took, 0.95), tookMs, counts }
}

interface Received {
  messageId: string
  receivedAt: string
  context: { replay?: string }
}

function percentile(all: number[], share: number): number {
  const sorted = all.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? NaN
}
