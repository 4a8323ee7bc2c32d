import { setTimeout as sleep } from 'node:timers/promises'
import { join } from 'node:path'
import { grid } from '../cost/table.ts'
import { loadOf } from './load.ts'
import { type RunningLocally, startLocally } from './local-run.ts'
import { median } from './median.ts'
import { profileOf, sharesByRoom } from './profile.ts'
import { type CountingReceiver, countingReceiver } from './through-receiver.ts'
import { FreshRequests } from './through-requests.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const WARM_UP_MS = 1_000
/** One after the other into a system that has nothing to do; the first wakes it up and does not count. */
const FIRSTS = 4
const LIST_EVENTS = 100

export interface ThroughOptions {
  /** How long the load of a leg lasts; what it has left to be delivered gets as long again. */
  seconds: number
  rounds: number
  /** Another checkout, with its packages, that is measured in the same run. */
  beside: string | undefined
  /** Of `SHAPES`, by their names; all without it. */
  shapes: readonly string[] | undefined
}

interface Shape {
  events: number
  connections: number
}

/** What takes the load: a way of the bare Worker, or a platform. */
interface Contender {
  name: string
  start(receiver: CountingReceiver): Promise<Target>
}

interface Target {
  running: RunningLocally
  path: string
  writeKey: string
}

interface Leg {
  acked: number
  delivered: number
  p50: number
  p95: number
  /** Milliseconds into an idle system: until the reply, and until the receiver had it. */
  firstReply: number
  firstDelivered: number
  cpuUs: number
}

const SHAPES: readonly Shape[] = [
  { events: 1, connections: 24 },
  { events: 1, connections: 12 },
  { events: 20, connections: 24 },
  { events: 20, connections: 12 },
]
const MODES = ['direct', 'inbox'] as const
type Mode = (typeof MODES)[number]

/** Of each shape when it is measured. From a request to the receiver's answer, beside bare handlers, and beside another checkout, in turns. */
export async function throughReport(options: ThroughOptions, say: (text: string) => void): Promise<void> {
  const receiver = await countingReceiver()
  try {
    say(`End to end in the local run: medians of ${options.rounds} interleaved legs of ${options.seconds} s, each of a Worker that has just been
started; in brackets the least and the most. Load and receiver are on the same machine: only ratios of one run mean something.
Delivered: events a second until all had come, or until as long again as the load had lasted. CPU: of all that, an event.`)
    for (const shape of SHAPES) {
      if (options.shapes && !options.shapes.includes(nameOf(shape))) continue
      for (const line of await compare(shape, options, receiver)) say(line)
    }
  } finally {
    receiver.close()
  }
}

function nameOf({ events, connections }: Shape): string {
  return `${events}x${connections}`
}

async function compare(shape: Shape, options: ThroughOptions, receiver: CountingReceiver): Promise<string[]> {
  const contenders = contendersOf(shape, options.beside)
  const legs = new Map<string, Leg[]>(contenders.map(({ name }) => [name, []]))
  for (let round = 0; round < options.rounds; round++) {
    for (const one of contenders) legs.get(one.name)?.push(await leg(one, shape, options.seconds * 1_000, receiver))
  }
  const many = shape.events === 1 ? 'one event a request' : `${shape.events} events a request`
  const head = [`${many}, ${shape.connections} connections`, 'acked/s', 'delivered/s', 'p50 ms', 'p95 ms']
  const rows = [...legs].map(([name, some]) => [
    name,
    spread(some, ({ acked }) => acked),
    spread(some, ({ delivered }) => delivered),
    spread(some, ({ p50 }) => p50, 1),
    spread(some, ({ p95 }) => p95, 1),
    `${spread(some, ({ firstReply }) => firstReply, 1)}, ${spread(some, ({ firstDelivered }) => firstDelivered)}`,
    spread(some, ({ cpuUs }) => cpuUs),
  ])
  const profiles: string[] = []
  for (const mode of MODES) profiles.push(await dominant(mode, shape, options.seconds * 1_000, receiver))
  return ['', grid([[...head, 'idle: reply, delivered', 'CPU µs']].concat(rows)), ...verdicts(legs), ...profiles]
}

/**
 * Of one more leg, which is profiled and slower for it: what the Worker and its objects have of the CPU of all processes, and
 * where. The rest is the runtime’s: sockets, and the queues, R2 and storage that it plays.
 */
async function dominant(mode: Mode, shape: Shape, ms: number, receiver: CountingReceiver): Promise<string> {
  const { running, path, writeKey } = await platformOf(mode, ROOT, mode, 1, true).start(receiver)
  try {
    const requests = new FreshRequests(callOf(shape, path), writeKey, shape.events)
    const load = async (lasts: number) => {
      const came = receiver.events()
      const { requests: n } = await loadOf(running.port, shape.connections, () => requests.ofConnection(), lasts)
      await until(() => receiver.events() - came >= n * shape.events, ms)
    }
    await load(WARM_UP_MS)
    const before = running.cpuMs()
    const spent = await profileOf(running, () => load(ms))
    const own = spent.reduce((sum, one) => sum + one.ms, 0) / (running.cpuMs() - before)
    return `  sluice ${mode}, profiled: its own thread has ${(100 * own).toFixed(0)} % of the CPU, of that ${sharesByRoom(spent)}`
  } finally {
    await running.stop()
  }
}

function contendersOf({ events, connections }: Shape, beside: string | undefined): Contender[] {
  const bare = ['queue', 'put', 'post'].map((way) => bareOf(way))
  const roots = beside === undefined ? { sluice: ROOT } : { sluice: ROOT, beside }
  const platforms = MODES.flatMap((mode) =>
    Object.entries(roots).flatMap(([name, root]) => platformOf(`${name} ${mode}`, root, mode, 1)),
  )
  const withLists = events > 1 && connections === 24
  const lists = MODES.map((mode) => platformOf(`sluice ${mode}, lists`, ROOT, mode, LIST_EVENTS))
  return [...bare, ...platforms, ...(withLists ? lists : [])]
}

function bareOf(way: string): Contender {
  const start = async ({ url }: CountingReceiver) => {
    const running = await startLocally({ root: ROOT, main: 'bench/speed/through-bare.ts', vars: { RECEIVER: url } })
    return { running, path: `/${way}`, writeKey: 'none' }
  }
  return { name: `bare ${way}`, start }
}

function platformOf(name: string, root: string, mode: Mode, list: number, inspected = false): Contender {
  const start = async ({ url }: CountingReceiver) => {
    const running = await startLocally({ root, vars: { ...(mode === 'inbox' && { ACCEPT: 'inbox' }) }, inspected })
    try {
      const { source } = await running.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
        slug: 'bench',
        name: 'Bench',
      })
      await running.api('POST', '/api/destinations', {
        sourceId: source.id,
        metadataId: 'webhooks',
        name: 'Receiver',
        settings: { urls: [url], ...(list > 1 && { batchEvents: list }) },
      })
      return { running, path: '/v1/batch', writeKey: source.writeKeys[0] ?? '' }
    } catch (error) {
      await running.stop()
      throw error
    }
  }
  return { name, start }
}

/** Single events go where SDKs that send no batches send them. */
function callOf({ events }: Shape, path: string): string {
  return events === 1 ? '/v1/track' : path
}

async function leg(contender: Contender, shape: Shape, ms: number, receiver: CountingReceiver): Promise<Leg> {
  const { running, path, writeKey } = await contender.start(receiver)
  try {
    const isBare = contender.name.startsWith('bare')
    const delivers = contender.name !== 'bare queue' && contender.name !== 'bare put'
    const requests = new FreshRequests(isBare ? path : callOf(shape, path), writeKey, shape.events)
    const requestsOf = () => requests.ofConnection()
    const firsts = await firstsOf(running, requestsOf, delivers ? receiver : undefined)
    const came = receiver.events()
    const warm = await loadOf(running.port, shape.connections, requestsOf, WARM_UP_MS)
    if (delivers) await until(() => receiver.events() - came >= warm.requests * shape.events, ms)
    const [before, cpu, began] = [receiver.events(), running.cpuMs(), performance.now()]
    const { requests: n, seconds, latencies } = await loadOf(running.port, shape.connections, requestsOf, ms)
    const sent = n * shape.events
    if (delivers) await until(() => receiver.events() - before >= sent, ms)
    const delivered = receiver.events() - before
    const spent = running.cpuMs() - cpu
    return {
      acked: sent / seconds,
      delivered: delivers ? (delivered * 1_000) / (performance.now() - began) : NaN,
      p50: quantile(latencies, 0.5),
      p95: quantile(latencies, 0.95),
      ...firsts,
      cpuUs: (spent * 1_000) / (delivers ? delivered : sent),
    }
  } finally {
    await running.stop()
  }
}

async function firstsOf(
  { port }: RunningLocally,
  requestsOf: () => () => Buffer,
  receiver: CountingReceiver | undefined,
): Promise<Pick<Leg, 'firstReply' | 'firstDelivered'>> {
  const replies: number[] = []
  const deliveries: number[] = []
  for (let at = 0; at <= FIRSTS; at++) {
    const before = receiver?.events() ?? 0
    const began = performance.now()
    const next = requestsOf()
    const { latencies } = await loadOf(port, 1, () => (turn) => (turn === 0 ? next() : undefined), Infinity)
    if (receiver) await until(() => receiver.events() > before, 10_000, 2)
    if (at > 0) {
      replies.push(latencies[0] ?? NaN)
      deliveries.push(receiver ? performance.now() - began : NaN)
    }
    await sleep(200)
  }
  return { firstReply: median(replies), firstDelivered: median(deliveries) }
}

async function until(is: () => boolean, atMostMs: number, everyMs = 10): Promise<void> {
  for (const end = performance.now() + atMostMs; !is() && performance.now() < end;) await sleep(everyMs)
}

function verdicts(legs: ReadonlyMap<string, readonly Leg[]>): string[] {
  const lines: string[] = []
  const say = (what: string, of: string, over: string, field: keyof Leg, budget: number, atMost = false) => {
    const [some, others] = [legs.get(of), legs.get(over)]
    if (!some || !others) return
    // Of the same round.
    const ratio = median(some.map((one, round) => one[field] / (others[round]?.[field] ?? NaN)))
    const met = atMost ? ratio <= budget : ratio >= budget
    const bound = `${budget} × at ${atMost ? 'most' : 'least'}`
    lines.push(`  ${met ? 'met   ' : 'MISSED'} ${what}: ${of} ${ratio.toFixed(2)} × ${over}, of ${bound}`)
  }
  say('acked', 'sluice direct', 'bare queue', 'acked', 0.8)
  say('acked', 'sluice inbox', 'bare put', 'acked', 1.5)
  for (const mode of MODES) {
    say('delivered', `sluice ${mode}`, `beside ${mode}`, 'delivered', 1.4)
    say('delivered', `sluice ${mode}, lists`, `beside ${mode}`, 'delivered', 4)
    // Ten per cent: no worse, as far as a clock of a busy machine can tell.
    say('reply into an idle system', `sluice ${mode}`, `beside ${mode}`, 'firstReply', 1.1, true)
    say('delivery into an idle system', `sluice ${mode}`, `beside ${mode}`, 'firstDelivered', 1.1, true)
  }
  return lines
}

function spread(legs: readonly Leg[], of: (leg: Leg) => number, digits = 0): string {
  const values = legs.map(of)
  if (values.some(Number.isNaN)) return ''
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits))
  const middle = median(values).toFixed(digits)
  return least === most ? middle : `${middle} (${least}–${most})`
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? NaN
}
