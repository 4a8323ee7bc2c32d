import { LATENCY } from './latency.ts'
import { type Counts, type Kind, KINDS } from './meter.ts'
import { MOST_CONSUMERS, World } from './world.ts'

export interface Scenario {
  name: string
  eventsPerRequest: number
  messagesPerBatch: number
  /** Default: one. How many share each queue batch, with as many messages each. */
  sources?: number
  /** Virtual time before counting begins: settings are read, objects opened, grants grown. */
  warmUpMs: number
  /** Route batches that are counted. */
  batches: number
  extraPut?: boolean
  /** Requests come evenly, as from many clients, and the first of a queue batch waits so long. Default: all that fill a batch, one after the other, before time passes. */
  evenly?: { batchTimeoutMs: number }
  /** All requests of a batch come to one isolate at the same moment, while each send to the queue takes as long as one does. */
  atOnce?: boolean
  /** Default: true. */
  statistics?: boolean
  /** Events of a request to a receiver at most. Default: one. */
  batchEvents?: number
}

export interface Measured {
  scenario: Scenario
  events: number
  /** Milliseconds of virtual time between route batches. */
  everyMs: number
  counts: Counts
  /** Of each kind: what it was for, largest first. */
  parts: Record<Kind, [what: string, n: number][]>
}

export const DESTINATIONS = 3

const full = { warmUpMs: 30_000, messagesPerBatch: 100 }
/** What the table shows. */
export const FULL: readonly Scenario[] = [
  { ...full, name: 'B=20', eventsPerRequest: 20, batches: 12 },
  { ...full, name: 'B=1', eventsPerRequest: 1, batches: 60 },
  { ...full, name: 'B=100', eventsPerRequest: 100, batches: 6 },
]
/**
 * What a tenth and a hundredth of the traffic costs: a queue batch has few messages because that source is alone, or because it
 * is full of those of others. What each source does is the same in both.
 */
export const CURVE: readonly Scenario[] = [
  { ...full, name: 'B=20, 10 messages', eventsPerRequest: 20, messagesPerBatch: 10, batches: 60 },
  { ...full, name: 'B=20, 1 message', eventsPerRequest: 20, messagesPerBatch: 1, batches: 60 },
  { ...full, name: 'B=20, ten sources', eventsPerRequest: 20, sources: 10, warmUpMs: 10_000, batches: 60 },
  { ...full, name: 'B=20, hundred sources', eventsPerRequest: 20, sources: 100, warmUpMs: 10_000, batches: 60 },
  // To receivers that take a hundred events in a request.
  { ...full, name: 'B=20, sent by 100', eventsPerRequest: 20, batches: 12, batchEvents: 100 },
  { ...full, name: 'B=20, at once', eventsPerRequest: 20, batches: 12, atOnce: true },
]

const small = { warmUpMs: 10_000, messagesPerBatch: 100 }
/** What the test compares with `bench/counts.json`: short, and just as exact. */
export const SMALL: readonly Scenario[] = [
  { ...small, name: 'B=20', eventsPerRequest: 20, batches: 3 },
  { ...small, name: 'B=1', eventsPerRequest: 1, batches: 15 },
  { ...small, name: 'B=100', eventsPerRequest: 100, batches: 1 },
  { ...small, name: 'B=20, 1 message', eventsPerRequest: 20, messagesPerBatch: 1, batches: 15 },
  { ...small, name: 'B=20, hundred sources', eventsPerRequest: 20, sources: 100, warmUpMs: 3_000, batches: 2 },
]
/** Of a minute, so that what is done once a minute is in it: what came in is counted. */
export const MINUTES: readonly Scenario[] = [
  { ...small, name: 'B=20', warmUpMs: 40_000, eventsPerRequest: 20, batches: 12 },
  { ...small, name: 'B=20, 1 message', warmUpMs: 40_000, eventsPerRequest: 20, messagesPerBatch: 1, batches: 60 },
]

/**
 * A lane of four workers with six connections each sends 480 events a second to a receiver that answers in 50 ms; beyond
 * that work only gathers, and gathered work is cheaper.
 */
const EVENTS_PER_SECOND = 400
const FASTEST_BATCH_MS = 1_000
/** What is under way when counting ends has to arrive within this. */
const LONGEST_REST_MS = 300_000

/** Runs the platform at a steady pace and counts what a stretch of it costs. The same numbers every time. */
export async function measure(scenario: Scenario): Promise<Measured> {
  const {
    eventsPerRequest,
    messagesPerBatch,
    sources = 1,
    warmUpMs,
    batches,
    batchEvents,
    evenly,
    atOnce,
    extraPut = false,
    statistics = true,
  } = scenario
  const perBatch = eventsPerRequest * messagesPerBatch
  const everyMs = Math.max(FASTEST_BATCH_MS, Math.ceil((perBatch / sources / EVENTS_PER_SECOND) * 1_000))
  const urls = Array.from({ length: DESTINATIONS }, (_, at) => `https://hooks-${at}.example.com/in`)
  const world = await World.open({
    urls,
    sources,
    messagesPerBatch,
    extraPut,
    statistics,
    batchEvents,
    ...(evenly && { ...evenly, consumers: MOST_CONSUMERS }),
    ...(atOnce && { sendMs: LATENCY.queueSend }),
  })
  const feed = async (times: number) => {
    for (let time = 0; time < times; time++) {
      if (!evenly) {
        if (atOnce) await world.sendAtOnce(messagesPerBatch, eventsPerRequest)
        else await world.send(messagesPerBatch, eventsPerRequest)
        await world.clock.runFor(everyMs)
      } else
        for (let message = 0; message < messagesPerBatch; message++) {
          await world.send(1, eventsPerRequest)
          await world.clock.runFor(everyMs / messagesPerBatch)
        }
    }
  }
  await feed(Math.ceil(warmUpMs / everyMs))
  world.meter.reset()
  await feed(batches)
  const counts = world.meter.counts()
  const parts = Object.fromEntries(KINDS.map((kind) => [kind, world.meter.parts(kind)])) as Measured['parts']
  await checkDelivered(world)
  return { scenario, events: batches * perBatch, everyMs, counts, parts }
}

/** Operations that brought nothing to its end would be counted for nothing. */
async function checkDelivered(world: World): Promise<void> {
  for (const end = world.clock.now + LONGEST_REST_MS; ; await world.clock.runFor(1_000)) {
    const ledgers = await world.ledgers()
    const each = world.sent / world.sources.length
    if (ledgers.every(({ accepted, delivered }) => accepted === each && delivered === each)) return
    if (world.clock.now > end) throw new Error(`${each} events sent, but the lanes say ${JSON.stringify(ledgers)}`)
  }
}
