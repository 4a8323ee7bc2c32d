import { grid } from '../cost/table.ts'
import { call, countingReceiver } from './call.ts'
import { median, spread } from './median.ts'
import { type RunningWorkerd, startWorkerd } from './workerd.ts'

const ROUNDS = 7
const EVENTS = 4_000

interface Leg {
  eventsPerSecond: number
  cpuUsPerEvent: number
}

/** Deliver and lane as they are, beside a consumer that only fetches, in turns and in one process. */
export async function deliverReport(): Promise<string> {
  const receiver = await countingReceiver()
  const { port } = receiver
  let workerd: RunningWorkerd | undefined
  try {
    workerd = await startWorkerd({
      entry: 'deliver-worker.ts',
      bindings: [
        `(name = "RECEIVER", text = "http://127.0.0.1:${port}/in")`,
        '(name = "DELIVERIES", queue = "sink")',
        '(name = "LANE", durableObjectNamespace = "Lane")',
      ],
      more: `durableObjectNamespaces = [(className = "Lane", uniqueKey = "bench-lane", enableSql = true)],
      durableObjectStorage = (localDisk = "disk")`,
    })
    const legs: { sluice: Leg; plain: Leg }[] = []
    // The first round only warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      await call(workerd, `/fill?events=${EVENTS}`)
      legs.push({ sluice: await leg(workerd, '/sluice'), plain: await leg(workerd, '/plain') })
    }
    const expected = 2 * EVENTS * (ROUNDS + 1)
    const received = receiver.received()
    if (received !== expected) throw new Error(`${received} requests were received instead of ${expected}`)
    return report(legs.slice(1))
  } finally {
    await workerd?.stop()
    receiver.close()
  }
}

function report(legs: readonly { sluice: Leg; plain: Leg }[]): string {
  const speeds = legs.map(({ sluice, plain }) => sluice.eventsPerSecond / plain.eventsPerSecond)
  const cpus = legs.map(({ sluice, plain }) => sluice.cpuUsPerEvent / plain.cpuUsPerEvent)
  const row = (name: string, of: (one: (typeof legs)[number]) => Leg) => [
    name,
    median(legs.map((one) => of(one).eventsPerSecond)).toFixed(0),
    median(legs.map((one) => of(one).cpuUsPerEvent)).toFixed(0),
  ]
  return [
    `Deliver in workerd, in turns: medians of ${ROUNDS} legs of ${EVENTS} events of 0.9 KB, 24 connections, a fast receiver.`,
    grid([
      ['', 'events/s', 'CPU µs/event'],
      row('Sluice', ({ sluice }) => sluice),
      row('only fetches', ({ plain }) => plain),
      ['ratio', median(speeds).toFixed(2), median(cpus).toFixed(2)],
    ]),
    `  ${median(speeds) >= 0.8 ? 'met   ' : 'MISSED'} events/s ${spread(speeds)} of 0.8 × at least`,
    `  ${median(cpus) <= 1.3 ? 'met   ' : 'MISSED'} CPU ${spread(cpus)} of 1.3 × at most`,
  ].join('\n')
}

async function leg(workerd: RunningWorkerd, path: string): Promise<Leg> {
  const cpu = workerd.cpuMs()
  const began = performance.now()
  await call(workerd, path)
  const ms = performance.now() - began
  return { eventsPerSecond: (EVENTS * 1_000) / ms, cpuUsPerEvent: ((workerd.cpuMs() - cpu) * 1_000) / EVENTS }
}
