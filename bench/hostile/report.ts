import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { bodyOf } from '../cost/events.ts'
import { grid } from '../cost/table.ts'
import { attackOf } from './attacks.ts'
import { type RunningPlatform, startPlatform } from './platform.ts'

const PAIRS = 2
const WARM_UP_MS = 5_000
const SETTLE_MS = 3_000
/** How long the last of the honest tenant's events may take. */
const ARRIVE_MS = 60_000
const LOOK_MS = 250
const HONEST = { events: 10, everyMs: 500 }
/** One stays within the limit of 1 000 events a second, one sends ten times as much as that. */
const HOSTILE = [
  { slug: 'within', events: 50, everyMs: 200 },
  { slug: 'over', events: 2_000, everyMs: 100 },
]
/** Requests of a tenant that may be unanswered: its next one is left out. */
const MOST_OPEN = 16
const BUDGET = { change: 0.1, grownBytes: 300 * 1024 * 1024 }

interface Tenant {
  writeKey: string
  destination: string
}

interface Leg {
  /** Milliseconds from accepted to received, of each event. */
  took: number[]
  /** Milliseconds until each request was answered. */
  replies: number[]
  sent: number
}

/** An honest tenant by itself and beside two hostile ones, in turns, for some minutes in all. Real workerd and bindings. */
export async function hostileReport(minutes: number): Promise<string> {
  const run = new Run()
  try {
    return await run.whole((minutes * 60_000) / (2 * PAIRS))
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

  async whole(legMs: number): Promise<string> {
    this.#receiver.listen(0, '127.0.0.1')
    const platform = await startPlatform()
    this.#platform = platform
    const honest = await this.#tenant('honest')
    const hostile: Tenant[] = []
    for (const { slug } of HOSTILE) hostile.push(await this.#tenant(slug))

    await this.#honestLeg(honest, WARM_UP_MS)
    const start = platform.residentBytes()
    let most = start
    const looks = setInterval(() => (most = Math.max(most, platform.residentBytes())), LOOK_MS)
    const alone: Leg[] = []
    const beside: Leg[] = []
    const behind: number[] = []
    try {
      for (let pair = 0; pair < PAIRS; pair++) {
        await enable(platform, hostile, false)
        await sleep(SETTLE_MS)
        alone.push(await this.#honestLeg(honest, legMs))
        await enable(platform, hostile, true)
        beside.push(await this.#besideLeg(honest, hostile, legMs))
        behind.push(platform.residentBytes())
      }
    } finally {
      clearInterval(looks)
    }
    const memory = { start, most, behind }
    const path = `/api/destinations/${honest.destination}/ledger`
    const { ledger } = await platform.api<{ ledger: Record<string, number> }>('GET', path)
    return this.#report(alone, beside, memory, ledger)
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
        const { name, method, path, headers, body } = attackOf(this.#n++, hostile[at]?.writeKey ?? '', events)
        open++
        await this.#send(`${slug}: ${name}`, path, { method, headers, ...(body && { body: new Uint8Array(body) }) })
        open--
      })
    })
    const [leg] = await Promise.all([this.#honestLeg(honest, ms), ...attacks])
    return leg
  }

  /** Answers the status, 0 when there was no answer; counts it, and keeps what is a fault of ours. */
  async #send(name: string, path: string, init: RequestInit): Promise<number> {
    const url = this.#running().url + path
    const answer = await fetch(url, init)
      .then(async (reply) => ({ status: reply.status, text: await reply.text() }))
      .catch((error: unknown) => ({ status: 0, text: String(error) }))
    const { status, text } = answer
    if (status === 0 || status >= 500) this.#faults.push(`${name}: ${status} ${text.slice(0, 200)}`)
    const key = `${name.startsWith('honest') ? 'honest' : 'hostile'} ${status}`
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
    alone: readonly Leg[],
    beside: readonly Leg[],
    memory: { start: number; most: number; behind: readonly number[] },
    ledger: Record<string, number>,
  ): string {
    const all = { alone: alone.flatMap(({ took }) => took), beside: beside.flatMap(({ took }) => took) }
    const ratio = percentile(all.beside, 0.95) / percentile(all.alone, 0.95)
    const row = (name: string, took: readonly number[], replies: readonly number[]) => [
      name,
      String(took.length),
      percentile(took, 0.5).toFixed(0),
      percentile(took, 0.95).toFixed(0),
      percentile(replies, 0.95).toFixed(0),
    ]
    const pairs = alone.flatMap((one, at) =>
      [one, beside[at] ?? one].map((leg, side) =>
        row(`${side === 0 ? 'alone' : 'beside'}, ${at + 1}`, leg.took, leg.replies),
      ),
    )
    const grown = memory.most - memory.start
    const lost = this.#honestSent - this.#seen.size
    const faults = this.#faults.length
    const statuses = [...this.#statuses].map(([name, count]) => `${name}: ${count}`)
    return [
      `Accepted → delivered of an honest tenant, 20 events a second, milliseconds; ${PAIRS} pairs, load and receiver on the same machine`,
      grid([
        ['', 'events', 'p50', 'p95', 'p95 of the reply'],
        ...pairs,
        row(
          'alone',
          all.alone,
          alone.flatMap(({ replies }) => replies),
        ),
        row(
          'beside two hostile ones',
          all.beside,
          beside.flatMap(({ replies }) => replies),
        ),
      ]),
      `  memory of workerd, MB: ${mb(memory.start)} at the start, ${mb(memory.most)} at most, ${memory.behind.map(mb).join(', ')} after each pair`,
      `  requests by status: ${statuses.toSorted((a, b) => a.localeCompare(b)).join(', ')}; left out, because too many were unanswered: ${this.#leftOut}`,
      `  honest: ${this.#honestSent} sent, ${this.#honestRefused} refused, ${this.#seen.size} arrived; its ledger: ${JSON.stringify(ledger)}`,
      ...[...new Set(this.#faults)].slice(0, 5).map((fault) => `  fault: ${fault}`),
      verdict(lost === 0, `${lost} of the honest tenant's events are missing`),
      verdict(faults === 0, `${faults} requests got a 5xx or no answer`),
      verdict(grown < BUDGET.grownBytes, `memory grew by ${mb(grown)} MB of less than ${mb(BUDGET.grownBytes)} MB`),
      verdict(ratio < 1 + BUDGET.change, `p95 ${ratio.toFixed(2)} × of less than ${1 + BUDGET.change} ×`),
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

function percentile(took: readonly number[], share: number): number {
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * share)] ?? NaN
}

function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}

function verdict(met: boolean, words: string): string {
  return `  ${met ? 'met   ' : 'MISSED'} ${words}`
}
