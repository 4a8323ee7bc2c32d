import { DurableObject } from 'cloudflare:workers'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { Hono } from 'hono'
import { context } from '../../src/context.ts'
import { deliverer } from '../../src/deliver/index.ts'
import type { Env } from '../../src/env.ts'
import { archivedEvent } from '../../src/event/index.ts'
import { Budgets, groupCommits, ingest, type IngestDeps, Underway } from '../../src/ingest/index.ts'
import { ALL_CHANNELS } from '../../src/integrations/integration.ts'
import { webhooks } from '../../src/integrations/webhook.ts'
import { route } from '../../src/route/index.ts'
import type { LaneConfig, SettingsCache } from '../../src/settings/index.ts'
import { PortionTally } from '../../src/statistics/tally.ts'
import { intakeOf, laneOf } from '../../src/wiring.ts'
import { drain, WORKERS } from './drain.ts'
import { memoryBucket } from './memory-bucket.ts'

export { Intake, Lane } from '../../src/objects.ts'

/** What comes in is counted by `/count` alone. */
export class Statistics extends DurableObject {
  nudge(): void {
    // It has nothing to read.
  }
}

const SOURCE = 'src_bench'
const LANES = ['dst_bench_1', 'dst_bench_2', 'dst_bench_3']
const SECRET = `whsec_${btoa('a secret of the bench, 32 bytes.')}`
/** Requests whose events are routed, or packed, together. */
const QUEUE_BATCH = 20

type WayEnv = Env & { RECEIVER: string }

const { bucket, objects } = memoryBucket()
const ctx = { ...context, log: () => undefined }
const queue: string[] = []
const least: string[][] = []
let registered = 0
let opened: ReturnType<typeof open> | undefined

/**
 * The whole way in steps, so that what each takes can be told: requests of the tracking API, `/route` and `/deliver`, and what
 * statistics read, `/count`; beside it the least that could do the same: `/least`, `/least/pack` and `/least/send`.
 */
export default {
  fetch: async (request, env, execution) => {
    const way = (opened ??= open(env))
    const { pathname } = new URL(request.url)
    if (pathname.startsWith('/v1/')) return way.http.fetch(request, env, execution)
    if (pathname === '/least') least.push(linesIn(await request.text()))
    if (pathname === '/route') await routeAll(way, env)
    if (pathname === '/deliver') await deliverAll(way, env)
    if (pathname === '/count') count()
    if (pathname === '/least/pack') pack()
    if (pathname === '/least/send') await sendAll(env.RECEIVER)
    return Response.json({ success: true })
  },
} satisfies ExportedHandler<WayEnv>

type DeliverDeps = Parameters<typeof deliverer>[0]

function open(env: WayEnv) {
  const settings = settingsOf(env.RECEIVER)
  const shared = {
    ctx,
    archive: bucket,
    queue: { send: (text: string) => Promise.resolve(void queue.push(text)) } as unknown as Queue<string>,
    settings,
    intake: (source: string) => intakeOf(env, source),
    lane: (destination: string) => laneOf(env, destination),
    allowLocal: true,
    sharesArchive: true,
  }
  // Neither tables nor the sweep are asked for on this way; all else is looked at, so that the part starts.
  const deps: Omit<IngestDeps, 'db' | 'sweep'> = {
    ...shared,
    alwaysInbox: false,
    budgets: new Budgets({ ...shared, eventsPerSecond: 1_000_000 }),
    underway: new Underway(shared),
    groups: groupCommits(shared),
    ignoreUnknownKeys: false,
  }
  const delivery: Omit<DeliverDeps, 'db'> = shared
  const http: Hono = ingest(deps as IngestDeps)
  return { http, shared, deliver: deliverer(delivery as DeliverDeps) }
}

async function routeAll({ shared }: ReturnType<typeof open>, env: WayEnv): Promise<void> {
  while (queue.length > 0) {
    const left = new Set<string>()
    const messages = queue.splice(0, QUEUE_BATCH).map((body, at) => {
      left.add(body)
      return { body, id: String(at), attempts: 1, ack: () => void left.delete(body), retry: () => undefined }
    })
    await route(messages, shared)
    if (left.size > 0) throw new Error(`${left.size} messages were not routed`)
    for (const { body } of messages) registered += body.split('\n').length - 1
  }
  // Their intake tells the lanes behind the commit.
  for (const lane of LANES)
    while ((await laneOf(env, lane).ledger()).accepted < registered) await new Promise((done) => setTimeout(done, 25))
}

async function deliverAll({ deliver }: ReturnType<typeof open>, env: WayEnv): Promise<void> {
  await Promise.all(LANES.map((lane) => drain(deliver, lane, env)))
}

/** Reads what was archived as the statistics of its source do, and forgets it. */
function count(): void {
  const tally = new PortionTally()
  for (const bytes of objects.values()) {
    for (const line of gunzipSync(bytes).toString().trimEnd().split('\n')) {
      const event = archivedEvent(line)
      if (event) tally.add(event, ctx.now())
    }
  }
  objects.clear()
}

function linesIn(text: string): string[] {
  const { batch } = JSON.parse(text) as { batch: readonly object[] }
  return batch.map((event) => JSON.stringify(event))
}

function pack(): void {
  for (let at = 0; at < least.length; at += QUEUE_BATCH) {
    gzipSync(
      `${least
        .slice(at, at + QUEUE_BATCH)
        .flat()
        .join('\n')}\n`,
    )
  }
}

async function sendAll(url: string): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  await Promise.all(
    LANES.map(async (lane) => {
      const bodies = least.flat().values()
      const worker = async () => {
        for (const body of bodies) {
          const response = await fetch(`${url}/${lane}`, { method: 'POST', headers, body })
          if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
          await response.body?.cancel()
        }
      }
      await Promise.all(Array.from({ length: 6 * WORKERS }, worker))
    }),
  )
  least.length = 0
}

function settingsOf(url: string): SettingsCache {
  const lane: LaneConfig = {
    version: 1,
    enabled: true,
    rate: null,
    concurrency: WORKERS,
    schedule: 'segment-4h',
    timeoutMs: 5_000,
  }
  const destinations = LANES.map((id) => ({ id, integration: webhooks, channels: ALL_CHANNELS, lane }))
  const targets = new Map(
    LANES.map((id) => [
      id,
      {
        destinationId: id,
        integration: webhooks,
        settings: { urls: [`${url}/${id}`], signingSecret: SECRET },
        version: 1,
      },
    ]),
  )
  return {
    ownerOfKey: () => Promise.resolve({ sourceId: SOURCE, enabled: true, eventsPerSecond: null }),
    plan: () => Promise.resolve({ sourceId: SOURCE, enabled: true, destinations, onDevices: [] }),
    target: (id: string) => Promise.resolve(targets.get(id) ?? null),
  } as unknown as SettingsCache
}
