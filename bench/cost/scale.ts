import { CEILING } from '../../src/lane/own-pace.ts'
import { LATENCY } from './latency.ts'
import type { Kind } from './meter.ts'
import { grid } from './table.ts'
import { World } from './world.ts'

const WARM_UP_MS = 10_000
const RUN_MS = 20_000
/** How often requests come. */
const EVERY_MS = 100
/** Messages of a batch of the queue at most, and milliseconds that the first of them waits. */
const MESSAGES = 100
const WAIT_MS = 1_000
/** Reckoned and counted may be so far apart, as a share, or by one a second. */
const CLOSE = 0.25
/** What comes in is in the archive after this, in milliseconds. */
const ARCHIVED_MS = 5_000

interface Point {
  perSecond: number
  eventsPerRequest: number
}

/** The last is a source of twenty thousand a second. */
const POINTS: readonly Point[] = [
  { perSecond: 1_000, eventsPerRequest: 20 },
  { perSecond: 5_000, eventsPerRequest: 20 },
  { perSecond: 20_000, eventsPerRequest: 100 },
]

/** What a part has to do in a second. */
export interface Load {
  messages: number
  batches: number
  /** Calls of the source's intake. */
  intake: number
  delivered: number
}

/** As docs/scale.md reckons it, for one source with one destination whose receiver answers in 50 ms. */
export function reckon({ perSecond, eventsPerRequest }: Point): Load {
  const messages = perSecond / eventsPerRequest
  const batches = Math.max(1_000 / WAIT_MS, messages / MESSAGES)
  return {
    messages,
    batches,
    // Begin and commit of each batch, and what is said of the source's limit.
    intake: 2 * batches + perSecond / 1_000,
    delivered: Math.min(perSecond, (CEILING * 1_000) / LATENCY.receiver),
  }
}

/** The same, counted on the virtual clock; `waits`: events that were taken and were not in the archive at the end. */
export async function count({ perSecond, eventsPerRequest }: Point): Promise<Load & { waits: number }> {
  const world = await World.open({ urls: ['https://hooks.example.com/in'], messagesPerBatch: MESSAGES })
  const requests = (perSecond * EVERY_MS) / 1_000 / eventsPerRequest
  const feed = async (ms: number) => {
    const end = world.clock.now + ms
    for (let next = world.clock.now + EVERY_MS; next <= end; next += EVERY_MS) {
      await world.sendAtOnce(requests, eventsPerRequest)
      if (world.clock.now > next) throw new Error('requests take so long that they come less often than was meant')
      await world.clock.runFor(next - world.clock.now)
    }
  }
  await feed(WARM_UP_MS)
  world.meter.reset()
  await feed(RUN_MS)
  const seconds = RUN_MS / 1_000
  const of = (kind: Kind, what: RegExp) =>
    world.meter.parts(kind).reduce((sum, [name, n]) => sum + (what.test(name) ? n : 0), 0) / seconds
  const sent = world.sent
  const [ledger] = await world.ledgers()
  return {
    messages: of('workerRequests', /^ingest$/),
    batches: of('workerRequests', /^events batch$/),
    intake: of('objectRequests', /^intake\.(?:begin|commit|spend)$/),
    delivered: of('fetches', /^deliver$/),
    waits: sent - (ledger?.accepted ?? 0),
  }
}

/** What one source asks of each part, reckoned and counted. */
export async function scaleReport(): Promise<string> {
  const rows: string[][] = []
  const lines: string[] = []
  for (const point of POINTS) {
    const [reckoned, counted] = [reckon(point), await count(point)]
    const names = ['messages', 'batches', 'intake', 'delivered'] as const
    rows.push([
      `${point.perSecond} /s, ${point.eventsPerRequest} a request`,
      ...names.map((name) => `${counted[name].toFixed(1)} of ${reckoned[name].toFixed(1)}`),
      String(counted.waits),
    ])
    const apart = names.filter((name) => {
      const by = Math.abs(counted[name] - reckoned[name])
      return by > 1 && by > reckoned[name] * CLOSE
    })
    const late = counted.waits > (point.perSecond * ARCHIVED_MS) / 1_000
    lines.push(
      `  ${apart.length === 0 && !late ? 'met   ' : 'MISSED'} ${point.perSecond} a second: ${apart.length === 0 ? 'as reckoned' : `${apart.join(', ')} otherwise than reckoned`}; ${counted.waits} events on their way to the lane`,
    )
  }
  return [
    'One source with one destination, a second: counted on the virtual clock of what docs/scale.md reckons',
    grid([['', 'messages', 'batches', 'calls of intake', 'sent', 'on their way'], ...rows]),
    ...lines,
  ].join('\n')
}
