import type { Buffer } from 'node:buffer'
import { bodyOf } from '../cost/events.ts'
import { grid } from '../cost/table.ts'
import { load, requestOf } from './load.ts'
import { median } from './median.ts'
import { type RunningWorkerd, startWorkerd } from './workerd.ts'

const WRITE_KEY = 'bench-write-key'
const ROUNDS = 5
const LEG_MS = 1_200
const WARM_UP_MS = 700
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
}

const SHAPES: readonly Shape[] = [
  { name: 'single events', path: '/v1/track', events: 1 },
  { name: 'batches of 100', path: '/v1/batch', events: 100 },
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
      `Ingest in workerd, one process each, in turns: medians of ${ROUNDS} legs of ${LEG_MS / 1_000} s, 32 connections.`,
      'The load comes from the same machine and legs differ by 15 % and more: only the ratios mean something.',
      ...lines,
    ].join('\n')
  } finally {
    for (const one of running) await one.stop()
  }
}

async function compare(shape: Shape, sluice: RunningWorkerd, plain: RunningWorkerd): Promise<string[]> {
  const bodies = Array.from({ length: BODIES }, (_, at) =>
    requestOf(shape.path, WRITE_KEY, bodyOf(at * shape.events, shape.events)),
  )
  for (const one of [sluice, plain]) await load(one.port, bodies, WARM_UP_MS)
  const legs: { sluice: Leg; plain: Leg }[] = []
  for (let round = 0; round < ROUNDS; round++) {
    legs.push({ sluice: await run(sluice, bodies, shape.events), plain: await run(plain, bodies, shape.events) })
  }
  const speed = median(legs.map((one) => one.sluice.requestsPerSecond / one.plain.requestsPerSecond))
  const cpu = median(legs.map((one) => one.sluice.cpuUsPerEvent / one.plain.cpuUsPerEvent))
  const row = (name: string, of: (one: (typeof legs)[number]) => Leg) => [
    name,
    median(legs.map((one) => of(one).requestsPerSecond)).toFixed(0),
    median(legs.map((one) => of(one).cpuUsPerEvent)).toFixed(2),
  ]
  const table = grid([
    [shape.name, 'requests/s', 'CPU µs/event'],
    row('Sluice', (one) => one.sluice),
    row(shape.events === 1 ? 'read, send' : 'read, parse, send', (one) => one.plain),
    ['ratio', speed.toFixed(2), cpu.toFixed(2)],
  ])
  const verdict =
    shape.events === 1
      ? `${speed >= 0.85 ? 'met   ' : 'MISSED'} requests/s ${speed.toFixed(2)} × of 0.85 × at least`
      : `${cpu <= 1.3 ? 'met   ' : 'MISSED'} CPU ${cpu.toFixed(2)} × of 1.3 × at most`
  return ['', table, `  ${verdict}`]
}

async function run(worker: RunningWorkerd, bodies: readonly Buffer[], events: number): Promise<Leg> {
  const before = worker.cpuMs()
  const { requests, seconds } = await load(worker.port, bodies, LEG_MS)
  const cpuUs = (worker.cpuMs() - before) * 1_000
  return { requestsPerSecond: requests / seconds, cpuUsPerEvent: cpuUs / (requests * events) }
}
