import { writeBatch } from '../../src/archive/index.ts'
import { context } from '../../src/context.ts'
import { deliverer } from '../../src/deliver/index.ts'
import type { Env } from '../../src/env.ts'
import { BUILT_IN } from '../../src/integrations/index.ts'
import { encodeSet } from '../../src/lane/index.ts'
import { openDatabase, type SettingsCache } from '../../src/settings/index.ts'
import { laneOf } from '../../src/wiring.ts'
import { eventOf } from '../cost/events.ts'
import { drain, WORKERS } from './drain.ts'
import { memoryBucket } from './memory-bucket.ts'

export { Lane } from '../../src/objects.ts'

const LANE = 'dst_bench'
const CONNECTIONS = 6 * WORKERS

type DeliverEnv = Env & { RECEIVER: string }

const { bucket, objects } = memoryBucket()
const lines: string[] = []
let seq = 0
let deliver: ReturnType<typeof deliverer> | undefined

/** `/fill?events=n` makes a batch and tells the lane of it; `/sluice` delivers it as the platform does, `/plain` only fetches. */
export default {
  fetch: async (request, env) => {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/fill') await fill(Number(searchParams.get('events')), env)
    if (pathname === '/sluice') await sluice(env)
    if (pathname === '/plain') await plain(env.RECEIVER)
    return new Response()
  },
} satisfies ExportedHandler<DeliverEnv>

async function fill(events: number, env: DeliverEnv): Promise<void> {
  lines.length = 0
  for (let n = 0; n < events; n++) {
    lines.push(JSON.stringify({ ...eventOf(n), projectId: 'src_bench', channel: 'server', version: 2 }))
  }
  objects.clear()
  seq++
  const time = new Date(context.now()).toISOString()
  const facts = { source: 'src_bench', batch: `${context.now()}-${seq}`, firstReceivedAt: time, lastReceivedAt: time }
  const { key, chunks } = await writeBatch(bucket, facts, lines)
  await laneOf(env, LANE).register({
    log: 'src_bench',
    from: seq - 1,
    to: seq,
    parts: [{ seq, key, chunks, events: encodeSet({ from: 0, to: events }), filtered: {} }],
    config: { version: 1, enabled: true, rate: null, concurrency: WORKERS, schedule: 'segment-4h', timeoutMs: 5_000 },
  })
}

async function sluice(env: DeliverEnv): Promise<void> {
  const ctx = { ...context, log: () => undefined }
  deliver ??= deliverer({
    ctx,
    db: openDatabase(env.DB, undefined, ctx),
    archive: bucket,
    settings: settingsOf(env.RECEIVER),
    lane: (destination) => laneOf(env, destination),
    allowLocal: true,
  })
  await drain(deliver, LANE, env)
}

async function plain(url: string): Promise<void> {
  const queue = lines.values()
  const headers = { 'Content-Type': 'application/json' }
  const worker = async () => {
    for (const body of queue) {
      const response = await fetch(url, { method: 'POST', headers, body })
      if (!response.ok) throw new Error(`the receiver answered ${response.status}`)
      await response.body?.cancel()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
}

function settingsOf(url: string): SettingsCache {
  const [integration] = BUILT_IN
  if (!integration) throw new Error('there is no built-in integration')
  const target = { destinationId: LANE, integration, settings: { urls: [url] } }
  return { target: () => Promise.resolve(target) } as unknown as SettingsCache
}
