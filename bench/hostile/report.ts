import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyOf } from '../cost/events.ts'
import { grid } from '../cost/table.ts'
import { median } from '../speed/median.ts'
import { type Attack, attackOf, fullBatch } from './attacks.ts'
import { type Memory, mb, MemoryWatch } from './memory.ts'
import { type RunningPlatform, startPlatform } from './platform.ts'

/** Short, so that what the machine does beside meets both of a pair alike. */
const LEG_MS = 15_000
const LEAST_PAIRS = 2
const WARM_UP_MS = 10_000
/** What the hostile ones left in the queues is done by then. */
const SETTLE_MS = 3_000
/** How long the last of the honest tenant's events may take. */
const ARRIVE_MS = 60_000
const LOOK_MS = 250
/** Ten requests a second, so that each leg has as many times of its own as its p95 needs. */
const HONEST = { events: 2, everyMs: 100 }
/** One stays within the limit of 1 000 events a second, one sends ten times as much as that. */
const HOSTILE = [
  { slug: 'within', events: 50, everyMs: 200 },
  { slug: 'over', events: 2_000, everyMs: 100 },
]
/** Requests of a tenant that may be unanswered: its next one is left out. */
const MOST_OPEN = 16
/** Requests at once, each of two kilobytes and two megabytes when it is accepted. */
const BURSTS = { times: 3, requests: 50, everyMs: 6_000 }
/** An isolate of a deployed Worker has 128 MB. */
const BUDGET = { change: 0.1, grownBytes: 300 * 1024 * 1024, isolateMegabytes: 128 }

interface Tenant {
  writeKey: string
  destination: string
}

const SIDES = ['alone', 'beside'] as const

type Pair = Record<(typeof SIDES)[number], Leg>

interface Leg {
  /** Milliseconds from accepted to received, of each event. */
  took: number[]
  /** Milliseconds until each request was answered. */
  replies: number[]
  sent: number
}

/**
 * An honest tenant by itself and beside two hostile ones, in turns, for some minutes in all; then bursts of the batches
 * that take most memory. Real workerd and bindings, V8's heaps as large as those of a deployed Worker.
 */
export async function hostileReport(minutes: number): Promise<string> {
  const run = new Run()
  try {
    return await run.whole(Math.max(LEAST_PAIRS, Math.round((minutes * 60_000) / (2 * LEG_MS))))
  } finally {
    await run.stop()
  }
}

class Run {
  readonly #receiver = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      response.end()
      if (request.url === '/honest') this.#arrived(Buffer.concat(parts).toString())
    })
  })
  readonly #seen = new Set<string>()
  readonly #statuses = new Map<string, number>()
  readonly #faults: string[] = []
  #platform: RunningPlatform | undefined
  #leg: Leg = { took: [], replies: [], sent: 0 }
  #honestSent = 0
  #honestRefused = 0
  #leftOut = 0
  #n = 0

  async whole(pairs: number): Promise<string> {
    this.#receiver.listen(0, '127.0.0.1')
    const platform = await startPlatform(BUDGET.isolateMegabytes)
    this.#platform = platform
    const honest = await this.#tenant('honest')
    const hostile: Tenant[] = []
    for (const { slug } of HOSTILE) hostile.push(await this.#tenant(slug))

    await this.#honestLeg(honest, WARM_UP_MS)
    const memory = new MemoryWatch(platform)
    const legs: Pair[] = []
    try {
      const start = await memory.note('at the start', true)
      for (let at = 0; at < pairs; at++) {
        const pair: Partial<Pair> = {}
        // In both orders, so that what grows or tires with time is on neither side.
        for (const side of at % 2 === 0 ? SIDES : SIDES.toReversed()) {
          await enable(platform, hostile, side === 'beside')
          await sleep(SETTLE_MS)
          pair[side] = await (side === 'alone'
            ? this.#honestLeg(honest, LEG_MS)
            : this.#besideLeg(honest, hostile, LEG_MS))
          await memory.note(`pair ${at + 1}, ${side}`, false)
        }
        legs.push(pair as Pair)
      }
      await enable(platform, hostile, true)
      await this.#burstLeg(honest, hostile)
      await sleep(SETTLE_MS)
      await memory.note('after bursts', false)
      const end = await memory.note('and collected everywhere', true)
      const path = `/api/destinations/${honest.destination}/ledger`
      const { ledger } = await platform.api<{ ledger: Record<string, number> }>('GET', path)
      return this.#report(legs, memory, { start, end }, ledger)
    } finally {
      memory.end()
    }
  }

  async stop(): Promise<void> {
    await this.#platform?.stop()
    this.#receiver.closeAllConnections()
    this.#receiver.close()
  }

  async #tenant(slug: string): Promise<Tenant> {
    const platform = this.#running()
    const { source } = await platform.api<{ source: { id: string; writeKeys: string[] } }>('POST', '/api/sources', {
      slug,
    })
    const url = `http://127.0.0.1:${(this.#receiver.address() as AddressInfo).port}/${slug}`
    const made = { sourceId: source.id, metadataId: 'webhooks', settings: { urls: [url] } }
    const { destination } = await platform.api<{ destination: { id: string } }>('POST', '/api/destinations', made)
    return { writeKey: source.writeKeys[0] ?? '', destination: destination.id }
  }

  /** Until every event has arrived, or a minute is over. */
  async #honestLeg({ writeKey }: Tenant, ms: number): Promise<Leg> {
    const leg: Leg = { took: [], replies: [], sent: 0 }
    this.#leg = leg
    const headers = { Authorization: `Basic ${btoa(`${writeKey}:`)}`, 'Content-Type': 'application/json' }
    await pace(ms, HONEST.everyMs, async () => {
      const body = bodyOf(this.#honestSent, HONEST.events)
      this.#honestSent += HONEST.events
      leg.sent += HONEST.events
      const began = performance.now()
      const status = await this.#send('honest', '/v1/batch', { method: 'POST', headers, body })
      leg.replies.push(performance.now() - began)
      if (status !== 200) this.#honestRefused += HONEST.events
    })
    for (const end = Date.now() + ARRIVE_MS; leg.took.length < leg.sent && Date.now() < end;) await sleep(LOOK_MS)
    return leg
  }

  async #besideLeg(honest: Tenant, hostile: readonly Tenant[], ms: number): Promise<Leg> {
    const attacks = HOSTILE.map(async ({ slug, events, everyMs }, at) => {
      let open = 0
      await pace(ms, everyMs, async () => {
        if (open >= MOST_OPEN) return void this.#leftOut++
        open++
        await this.#attack(slug, attackOf(this.#n++, hostile[at]?.writeKey ?? '', events))
        open--
      })
    })
    const [leg] = await Promise.all([this.#honestLeg(honest, ms), ...attacks])
    return leg
  }

  /** One isolate serves all here and stands still meanwhile, so what this takes is not compared. */
  async #burstLeg(honest: Tenant, hostile: readonly Tenant[]): Promise<void> {
    const burst = fullBatch(hostile[0]?.writeKey ?? '')
    const ms = BURSTS.times * BURSTS.everyMs
    const bursts = pace(ms, BURSTS.everyMs, async () => {
      await Promise.all(Array.from({ length: BURSTS.requests }, () => this.#attack('burst', burst)))
    })
    await Promise.all([this.#honestLeg(honest, ms), bursts])
  }

  async #attack(by: string, { name, method, path, headers, body }: Attack): Promise<void> {
    await this.#send(`${by}: ${name}`, path, { method, headers, ...(body && { body: new Uint8Array(body) }) })
  }

  /** Answers the status, 0 when there was no answer; counts it, and keeps what is a fault of ours. */
  async #send(name: string, path: string, init: RequestInit): Promise<number> {
    const url = this.#running().url + path
    const answer = await fetch(url, init)
      .then(async (reply) => ({ status: reply.status, text: await reply.text() }))
      .catch((error: unknown) => ({ status: 0, text: String(error) }))
    const { status, text } = answer
    if (status === 0 || status >= 500) this.#faults.push(`${name}: ${status} ${text.slice(0, 200)}`)
    const by = ['honest', 'burst'].find((one) => name.startsWith(one)) ?? 'hostile'
    const key = `${by} ${status}`
    this.#statuses.set(key, (this.#statuses.get(key) ?? 0) + 1)
    return status
  }

  #arrived(body: string): void {
    const { messageId, receivedAt } = JSON.parse(body) as { messageId: string; receivedAt: string }
    // At least once: what counts is the first time.
    if (this.#seen.has(messageId)) return
    this.#seen.add(messageId)
    this.#leg.took.push(Date.now() - Date.parse(receivedAt))
  }

  #running(): RunningPlatform {
    if (!this.#platform) throw new Error('the platform does not run')
    return this.#platform
  }

  #report(
    pairs: readonly Pair[],
    memory: MemoryWatch,
    { start, end }: { start: Memory; end: Memory },
    ledger: Record<string, number>,
  ): string {
    const ratios = pairs.map(({ alone, beside }) => p95(beside.took) / p95(alone.took))
    const ratio = median(ratios)
    const [low = NaN, high = NaN] = [0.25, 0.75].map((share) => percentile(ratios, share))
    const row = (name: string, legs: readonly Leg[]) => {
      const took = legs.flatMap((leg) => leg.took)
      const times = [percentile(took, 0.5), p95(took), median(legs.map((leg) => p95(leg.took)))]
      return [
        name,
        String(took.length),
        ...[...times, p95(legs.flatMap(({ replies }) => replies))].map((ms) => ms.toFixed(0)),
      ]
    }
    const grown = memory.most.process - start.process
    const lost = this.#honestSent - this.#seen.size
    const faults = this.#faults.length
    const statuses = [...this.#statuses].map(([name, count]) => `${name}: ${count}`)
    const most = BUDGET.isolateMegabytes
    return [
      `Accepted → delivered of an honest tenant, 20 events a second, milliseconds; ${pairs.length} pairs of ${LEG_MS / 1_000} s, load and receiver on the same machine`,
      grid([
        ['', 'events', 'p50', 'p95', "median of the legs' p95", 'p95 of the reply'],
        row(
          'alone',
          pairs.map(({ alone }) => alone),
        ),
        row(
          'beside two hostile ones',
          pairs.map(({ beside }) => beside),
        ),
      ]),
      `  p95 beside ÷ alone of each pair: ${ratios.map((one) => one.toFixed(2)).join(' ')}`,
      '',
      `Memory, MB; V8's heaps have ${most} MB each, as in a deployed Worker`,
      memory.table(),
      '',
      `  requests by status: ${statuses.toSorted((a, b) => a.localeCompare(b)).join(', ')}; left out, because too many were unanswered: ${this.#leftOut}`,
      `  honest: ${this.#honestSent} sent, ${this.#honestRefused} refused, ${this.#seen.size} arrived; its ledger: ${JSON.stringify(ledger)}`,
      ...[...new Set(this.#faults)].slice(0, 5).map((fault) => `  fault: ${fault}`),
      verdict(lost === 0, `${lost} of the honest tenant's events are missing`),
      verdict(faults === 0, `${faults} requests got a 5xx or no answer`),
      verdict(
        grown < BUDGET.grownBytes,
        `the Worker's process grew by ${mb(grown)} MB of less than ${mb(BUDGET.grownBytes)} MB`,
      ),
      verdict(
        memory.most.worker > 0 && memory.most.worker < most * 1024 * 1024,
        `the Worker's isolate had ${mb(memory.most.worker)} MB at most, garbage included, of ${most} MB; it holds ${mb(end.worker)}, ${mb(start.worker)} at the start`,
      ),
      verdict(
        ratio < 1 + BUDGET.change,
        `p95 ${ratio.toFixed(2)} × of less than ${1 + BUDGET.change} ×, the median of the pairs; half of them between ${low.toFixed(2)} and ${high.toFixed(2)}`,
      ),
    ].join('\n')
  }
}

async function enable(platform: RunningPlatform, tenants: readonly Tenant[], enabled: boolean): Promise<void> {
  for (const { destination } of tenants) await platform.api('PATCH', `/api/destinations/${destination}`, { enabled })
}

/** Begins something every so often, whether or not what it began before has ended; resolves when all has. */
async function pace(ms: number, everyMs: number, begin: () => Promise<void>): Promise<void> {
  const work: Promise<void>[] = []
  const end = Date.now() + ms
  for (let next = Date.now(); Date.now() < end; next += everyMs) {
    work.push(begin())
    await sleep(Math.max(0, next + everyMs - Date.now()))
  }
  await Promise.all(work)
}

function p95(took: readonly number[]): number {
  return percentile(took, 0.95)
}

function percentile(took: readonly number[], share: number): number {
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * share)] ?? NaN
}

function verdict(met: boolean, words: string): string {
  return `  ${met ? 'met   ' : 'MISSED'} ${words}`
}
