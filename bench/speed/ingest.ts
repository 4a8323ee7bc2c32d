import type { Buffer } from 'node:buffer'
import { bodyOf } from '../cost/events.ts'
import { grid } from '../cost/table.ts'
import { load, requestOf } from './load.ts'
import { median } from './median.ts'
import { type RunningWorkerd, startWorkerd } from './workerd.ts'

const WRITE_KEY = 'bench-write-key'
const ROUNDS = 9
const LEG_MS = 800
const WARM_UP_MS = 500
/** Different bodies, so that nothing is answered from what was seen before. */
const BODIES = 32

interface Leg {
  requestsPerSecond: number
  cpuUsPerEvent: number
}

interface Shape {
  name: string
  path: string
  events: number
  /** Requests until V8 has compiled what they run through: before that all is several times slower, the more the more code. */
  warmUp: number
  budget: Budget
}

/** What is compared with the least that could do it. */
interface Budget {
  name: string
  of(leg: Leg): number
  bound: number
  /** Whether the bound is the least; else it is the most. */
  isLeast: boolean
}

const SHAPES: readonly Shape[] = [
  {
    name: 'single events',
    path: '/v1/track',
    events: 1,
    warmUp: 10_000,
    budget: { name: 'requests/s', of: (leg) => leg.requestsPerSecond, bound: 0.85, isLeast: true },
  },
  {
    name: 'batches of 100',
    path: '/v1/batch',
    events: 100,
    warmUp: 1_000,
    budget: { name: 'CPU', of: (leg) => leg.cpuUsPerEvent, bound: 1.3, isLeast: false },
  },
]

/** The built Worker beside the least that takes the same requests, in turns: Sluice, plain, Sluice, plain, … */
export async function ingestReport(): Promise<string> {
  const queue = '(name = "EVENTS", queue = "sink")'
  const key = `(name = "WRITE_KEY", text = "${WRITE_KEY}")`
  const running: RunningWorkerd[] = []
  try {
    const sluice = await startWorkerd({ entry: 'ingest-sluice.ts', bindings: [queue, key] })
    running.push(sluice)
    const plain = await startWorkerd({ entry: 'ingest-plain.ts', bindings: [queue] })
    running.push(plain)
    const lines: string[] = []
    for (const shape of SHAPES) lines.push(...(await compare(shape, sluice, plain)))
    return [
      `Ingest in workerd, one process each, in turns: medians of ${ROUNDS} rounds of ${LEG_MS / 1_000} s, 32 connections, and between which they lie.`,
      'The load comes from the same machine and legs differ by 15 % and more: only the ratios mean something.',
      ...lines,
    ].join('\n')
  } finally {
    for (const one of running) await one.stop()
  }
}

async function compare(shape: Shape, sluice: RunningWorkerd, plain: RunningWorkerd): Promise<string[]> {
  const now = new Date().toISOString()
  const bodies = Array.from({ length: BODIES }, (_, at) =>
    requestOf(shape.path, WRITE_KEY, bodyOf(at * shape.events, shape.events, now)),
  )
  for (const one of [sluice, plain]) {
    for (let n = 0; n < shape.warmUp;) n += (await load(one.port, bodies, WARM_UP_MS)).requests
  }
  const rounds: Round[] = []
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ sluice: await run(sluice, bodies, shape.events), plain: await run(plain, bodies, shape.events) })
  }
  const row = (name: string, of: (round: Round) => Leg) => [
    name,
    median(rounds.map((round) => of(round).requestsPerSecond)).toFixed(0),
    median(rounds.map((round) => of(round).cpuUsPerEvent)).toFixed(2),
  ]
  const table = grid([
    [shape.name, 'requests/s', 'CPU µs/event'],
    row('Sluice', (round) => round.sluice),
    row(shape.events === 1 ? 'read, send' : 'read, parse, send', (round) => round.plain),
    ['ratio', ratio(rounds, (leg) => leg.requestsPerSecond).text, ratio(rounds, (leg) => leg.cpuUsPerEvent).text],
  ])
  return ['', table, `  ${verdict(shape.budget, rounds)}`]
}

interface Round {
  sluice: Leg
  plain: Leg
}

/** Of the rounds the median ratio, and between which they lie. */
function ratio(rounds: readonly Round[], of: (leg: Leg) => number): { median: number; text: string } {
  const all = rounds.map(({ sluice, plain }) => of(sluice) / of(plain))
  const middle = median(all)
  return {
    median: middle,
    text: `${middle.toFixed(2)} (${Math.min(...all).toFixed(2)}–${Math.max(...all).toFixed(2)})`,
  }
}

function verdict({ name, of, bound, isLeast }: Budget, rounds: readonly Round[]): string {
  const { median, text } = ratio(rounds, of)
  const isMet = isLeast ? median >= bound : median <= bound
  return `${isMet ? 'met   ' : 'MISSED'} ${name} ${text} × of ${bound} × at ${isLeast ? 'least' : 'most'}`
}

async function run(worker: RunningWorkerd, bodies: readonly Buffer[], events: number): Promise<Leg> {
  const before = worker.cpuMs()
  const { requests, seconds } = await load(worker.port, bodies, LEG_MS)
  const cpuUs = (worker.cpuMs() - before) * 1_000
  return { requestsPerSecond: requests / seconds, cpuUsPerEvent: cpuUs / (requests * events) }
}
