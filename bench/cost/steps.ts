import { LATENCY } from './latency.ts'
import { dollarsOf } from './prices.ts'
import { FULL, measure } from './scenario.ts'
import { grid } from './table.ts'
import { World } from './world.ts'

/** Where a step begins: the first operation of that name after a request. */
const STEPS: readonly [step: string, began: string][] = [
  ['accept', 'ingest'],
  ['queue wait', 'events write'],
  ['settings', 'events batch'],
  ['begin', 'intake.begin'],
  ['put', 'put raw/'],
  ['commit', 'intake.commit'],
  ['register', 'lane.register'],
  ['wake-up', 'deliveries write'],
  ['take', 'deliveries batch'],
  ['read', 'get raw/'],
  ['send', 'deliver'],
]
const TIMEOUTS_MS = [1_000, 0]
/** Requests, each to a system that rests: no two are within the time for which objects stay in memory. */
const REQUESTS = 40
const EVERY_MS = 17_300
/** Of the requests of a scenario, how many are enough. */
const SHARE = 4
/** The wish. */
const P50_MS = 700
const DOLLARS = 0.05

export interface Steps {
  timeoutMs: number
  /** Milliseconds of each request, by step. */
  took: Map<string, number[]>
  whole: number[]
}

/** From accepted to delivered, step by step, of single events that come to a system at rest. The same every time. */
export async function measureSteps(timeoutMs: number, requests = REQUESTS): Promise<Steps> {
  let delivered = 0
  const world = await World.open({
    urls: ['https://hooks.example.com/in'],
    messagesPerBatch: 100,
    batchTimeoutMs: timeoutMs,
    receiver: (clock) => async () => {
      await clock.sleep(LATENCY.receiver)
      delivered = clock.now
      return new Response(null, { status: 200 })
    },
  })
  const began = new Map<string, number>()
  world.meter.onAdd = (what) => void (began.has(what) || began.set(what, world.clock.now))
  const took = new Map(STEPS.map(([step]): [string, number[]] => [step, []]))
  const whole: number[] = []
  for (let request = 0; request <= requests; request++) {
    began.clear()
    const sent = world.clock.now
    began.set('ingest', sent)
    await world.send(1, 1)
    await world.clock.runFor(EVERY_MS)
    // The first reads settings and opens objects that are new.
    if (request === 0) continue
    whole.push(delivered - sent)
    for (const [at, [step, from]] of STEPS.entries()) {
      const to = STEPS[at + 1]
      const end = to ? began.get(to[1]) : delivered
      took.get(step)?.push((end ?? NaN) - (began.get(from) ?? NaN))
    }
  }
  return { timeoutMs, took, whole }
}

/** What requests of each scenario cost that come evenly, by how long the first of a queue batch waits. */
async function dollarsBy(timeoutMs: number): Promise<number[]> {
  const all: number[] = []
  for (const scenario of FULL) {
    const batches = Math.ceil(scenario.batches / SHARE)
    all.push(dollarsOf(await measure({ ...scenario, batches, warmUpMs: 5_000, evenly: { batchTimeoutMs: timeoutMs } })))
  }
  return all
}

export async function latencyReport(): Promise<string> {
  const steps: Steps[] = []
  const dollars: number[][] = []
  for (const timeoutMs of TIMEOUTS_MS) {
    steps.push(await measureSteps(timeoutMs))
    dollars.push(await dollarsBy(timeoutMs))
  }
  const [usual = [], least = []] = dollars
  const times = (all: readonly number[]) => `${percentile(all, 0.5)} / ${percentile(all, 0.95)}`
  const dearer = Math.max(...least.map((sum, at) => sum / (usual[at] ?? NaN) - 1))
  const verdicts = steps.map(({ timeoutMs, whole }, at) => {
    const p50 = percentile(whole, 0.5)
    const more = at === 0 ? 0 : dearer
    const met = p50 <= P50_MS && more <= DOLLARS
    return `  ${met ? 'met   ' : 'MISSED'} max_batch_timeout ${timeoutMs / 1_000}: p50 ${p50} ms of ${P50_MS}, at most ${(more * 100).toFixed(0)} % dearer of ${DOLLARS * 100} %`
  })
  const heads = steps.map(({ timeoutMs }) => `max_batch_timeout ${timeoutMs / 1_000}`)
  return [
    'Accepted → delivered of single events to a system at rest, milliseconds on the virtual clock, p50 / p95',
    grid([
      ['', ...heads],
      ...STEPS.map(([step]) => [step, ...steps.map(({ took }) => times(took.get(step) ?? []))]),
      ['in all', ...steps.map(({ whole }) => times(whole))],
    ]),
    '',
    'US dollars per million events whose requests come evenly',
    grid([
      ['', ...heads],
      ...FULL.map(({ name }, at) => [name, ...dollars.map((sums) => (sums[at] ?? NaN).toFixed(3))]),
    ]),
    ...verdicts,
  ].join('\n')
}

function percentile(all: readonly number[], share: number): number {
  return all.toSorted((a, b) => a - b)[Math.floor(all.length * share)] ?? NaN
}
