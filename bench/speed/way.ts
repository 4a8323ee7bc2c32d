import { bodyOf } from '../cost/events.ts'
import { grid } from '../cost/table.ts'
import { call, countingReceiver } from './call.ts'
import { requestOf, sendEach } from './load.ts'
import { median, spread } from './median.ts'
import { profileOf, sharesByRoom } from './profile.ts'
import { type RunningWorkerd, startWorkerd } from './workerd.ts'

const ROUNDS = 5
const EVENTS = 2_000
const SHAPES = [20, 100]
const DESTINATIONS = 3
const BUDGET = 1.5

/** CPU of one leg by its steps, in microseconds of an event. */
type Steps = Record<string, number>

interface Side {
  path: string
  /** What follows the requests, and what it is called. */
  steps: readonly (readonly [name: string, path: string])[]
}

const SLUICE: Side = {
  path: '/v1/batch',
  steps: [
    ['route, archive, intake, lanes', '/route'],
    ['deliver to three', '/deliver'],
  ],
}
const LEAST: Side = {
  path: '/least',
  steps: [
    ['gzip', '/least/pack'],
    ['fetch three times', '/least/send'],
  ],
}
const ACCEPT = 'accept'

/** From accept to three deliveries in workerd, beside the least that could do it, in turns and in one process. */
export async function wayReport(): Promise<string> {
  const receiver = await countingReceiver()
  const { port } = receiver
  const running: RunningWorkerd[] = []
  try {
    const start = async (inspected: boolean) => {
      const one = await startWorkerd({ ...configOf(port), inspected })
      running.push(one)
      return one
    }
    const workerd = await start(false)
    const lines: string[] = []
    for (const perRequest of SHAPES) lines.push(...(await compare(workerd, perRequest)))
    lines.push(...(await dominant(await start(true))))
    const legs = SHAPES.length * (ROUNDS + 1) * 2 + 2
    const expected = legs * EVENTS * DESTINATIONS
    const received = receiver.received()
    if (received !== expected) throw new Error(`${received} requests were received instead of ${expected}`)
    return [
      `The whole way in workerd, in turns: medians of ${ROUNDS} legs of ${EVENTS} events of 0.9 KB to ${DESTINATIONS} signed webhooks,`,
      'beside reading, parsing, one gzip and three fetches. CPU in microseconds of an event, by the steps of the same legs.',
      ...lines,
    ].join('\n')
  } finally {
    for (const one of running) await one.stop()
    receiver.close()
  }
}

function configOf(port: number) {
  const names = ['Intake', 'Lane', 'Statistics']
  return {
    entry: 'way-worker.ts',
    bindings: [
      `(name = "RECEIVER", text = "http://127.0.0.1:${port}")`,
      '(name = "DELIVERIES", queue = "sink")',
      ...names.map((name) => `(name = "${name.toUpperCase()}", durableObjectNamespace = "${name}")`),
    ],
    more: `durableObjectNamespaces = [${names
      .map((name) => `(className = "${name}", uniqueKey = "bench-${name}", enableSql = true)`)
      .join(', ')}],
      durableObjectStorage = (localDisk = "disk")`,
  }
}

let sent = 0

async function leg(workerd: RunningWorkerd, { path, steps }: Side, perRequest: number): Promise<Steps> {
  const requests = Array.from({ length: EVENTS / perRequest }, () => {
    sent += perRequest
    return requestOf(path, 'bench-write-key', bodyOf(sent, perRequest))
  })
  const took: Steps = {}
  const measure = async (name: string, work: () => Promise<unknown>) => {
    const before = workerd.cpuMs()
    await work()
    took[name] = ((workerd.cpuMs() - before) * 1_000) / EVENTS
  }
  await measure(ACCEPT, () => sendEach(workerd.port, requests))
  for (const [name, step] of steps) await measure(name, () => call(workerd, step))
  return took
}

async function compare(workerd: RunningWorkerd, perRequest: number): Promise<string[]> {
  const legs: { sluice: Steps; least: Steps; count: number }[] = []
  // The first round only warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const sluice = await leg(workerd, SLUICE, perRequest)
    const before = workerd.cpuMs()
    await call(workerd, '/count')
    const count = ((workerd.cpuMs() - before) * 1_000) / EVENTS
    legs.push({ sluice, count, least: await leg(workerd, LEAST, perRequest) })
  }
  const some = legs.slice(1)
  const sum = (steps: Steps) => Object.values(steps).reduce((all, us) => all + us, 0)
  const ratios = some.map(({ sluice, least }) => sum(sluice) / sum(least))
  const of = (side: 'sluice' | 'least', name: string) => median(some.map((one) => one[side][name] ?? NaN)).toFixed(1)
  const rows = [ACCEPT, ...SLUICE.steps.map(([name]) => name)].map((name, at) => {
    const least = at === 0 ? 'read, parse' : (LEAST.steps[at - 1]?.[0] ?? '')
    return [name, of('sluice', name), least, of('least', at === 0 ? ACCEPT : least)]
  })
  const total = (side: 'sluice' | 'least') => median(some.map((one) => sum(one[side]))).toFixed(1)
  return [
    '',
    grid([
      [`${perRequest} events a request`, 'Sluice', '', 'least'],
      ...rows,
      ['all', total('sluice'), '', total('least')],
    ]),
    `  ${median(ratios) <= BUDGET ? 'met   ' : 'MISSED'} CPU ${spread(ratios)} of ${BUDGET} × at most`,
    `  beside the way: reading and counting for statistics, ${median(some.map(({ count }) => count)).toFixed(1)} µs an event`,
  ]
}

/** Of one more leg, in a Worker that is profiled: where its time goes, room by room. A profile makes all of it slower. */
async function dominant(workerd: RunningWorkerd): Promise<string[]> {
  const [perRequest = 20] = SHAPES
  await leg(workerd, SLUICE, perRequest)
  await call(workerd, '/count')
  const spent = await profileOf(workerd, async () => void (await leg(workerd, SLUICE, perRequest)))
  return ['', 'Shares of its time by room, of a profiled leg:', `  ${sharesByRoom(spent)}`]
}
