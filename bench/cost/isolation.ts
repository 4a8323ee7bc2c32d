import type { OutgoingRequest } from '../../src/context.ts'
import type { VirtualClock } from '../../test/platform/clock.ts'
import type { Receiver } from './context.ts'
import { LATENCY } from './latency.ts'
import { grid } from './table.ts'
import { World } from './world.ts'

const FINE = 'fine.example.com'
const RUN_MS = 180_000
const EVERY_MS = 500
const EVENTS_PER_REQUEST = 10
/** Beside others the 95th percentile may change by less than this. */
const BUDGET = 0.1

/** What else the source has, by what is wrong with it. */
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
  alone: [],
  'beside one that hangs': ['hangs.example.com'],
  'beside one that fails': ['fails.example.com'],
  'beside one that says 429': ['slow-down.example.com'],
  'beside all three': ['hangs.example.com', 'fails.example.com', 'slow-down.example.com'],
}

export interface Isolation {
  name: string
  p50: number
  p95: number
  delivered: number
}

/** How long events take to a fine destination, by what stands beside it. */
export async function measureIsolation(runMs = RUN_MS): Promise<Isolation[]> {
  const all: Isolation[] = []
  for (const [name, neighbours] of Object.entries(NEIGHBOURS)) all.push(await run(name, neighbours, runMs))
  return all
}

export async function isolationReport(): Promise<string> {
  const all = await measureIsolation()
  const alone = all[0]?.p95 ?? NaN
  const worst = Math.max(...all.map(({ p95 }) => change(p95, alone)))
  return [
    'Accepted → delivered of a fine destination, milliseconds on the virtual clock',
    grid([
      ['', 'events', 'p50', 'p95', 'change of p95'],
      ...all.map(({ name, p50, p95, delivered }) => [
        name,
        String(delivered),
        p50.toFixed(0),
        p95.toFixed(0),
        `${(change(p95, alone) * 100).toFixed(1)} %`,
      ]),
    ]),
    `  ${worst < BUDGET ? 'met   ' : 'MISSED'} a change of ${(worst * 100).toFixed(1)} % of less than ${BUDGET * 100} %`,
  ].join('\n')
}

export function change(p95: number, alone: number): number {
  return Math.abs(p95 - alone) / alone
}

async function run(name: string, neighbours: readonly string[], runMs: number): Promise<Isolation> {
  const took: number[] = []
  const accepted = new Map<string, number>()
  const receiver = (clock: VirtualClock) =>
    receiverOf(clock, ({ body }) => {
      const { messageId, receivedAt } = JSON.parse(body) as { messageId: string; receivedAt: string }
      // At least once: what counts is the first time.
      if (accepted.has(messageId)) return
      accepted.set(messageId, Date.parse(receivedAt))
      took.push(clock.now - Date.parse(receivedAt))
    })
  const urls = [FINE, ...neighbours].map((host) => `https://${host}/in`)
  const world = await World.open({ urls, messagesPerBatch: 100, receiver })
  for (const end = world.clock.now + runMs; world.clock.now < end;) {
    await world.send(1, EVENTS_PER_REQUEST)
    await world.clock.runFor(EVERY_MS)
  }
  await world.clock.runFor(30_000)
  if (took.length !== world.sent) throw new Error(`${name}: ${took.length} of ${world.sent} events were delivered`)
  took.sort((a, b) => a - b)
  const percentile = (share: number) => took[Math.floor(took.length * share)] ?? NaN
  return { name, p50: percentile(0.5), p95: percentile(0.95), delivered: took.length }
}

function receiverOf(clock: VirtualClock, onFine: (request: OutgoingRequest) => void): Receiver {
  return async (request, timeoutMs) => {
    const { hostname } = new URL(request.url)
    if (hostname.startsWith('hangs')) {
      await clock.sleep(timeoutMs)
      throw new DOMException('The receiver did not answer.', 'TimeoutError')
    }
    await clock.sleep(LATENCY.receiver)
    if (hostname.startsWith('fails')) return new Response('out of order', { status: 500 })
    if (hostname.startsWith('slow-down')) return new Response('', { status: 429, headers: { 'Retry-After': '5' } })
    onFine(request)
    return new Response(null, { status: 200 })
  }
}
