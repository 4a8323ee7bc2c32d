import { env } from 'cloudflare:workers'
import { type Context, context } from '../../../src/context.ts'
import type { Env } from '../../../src/env.ts'
import { readLines } from '../../../src/archive/index.ts'
import { type IntakeRemote, readLog } from '../../../src/intake/index.ts'
import { encodeBatch, type QueueMessage, route } from '../../../src/route/index.ts'
import { openDatabase, SettingsCache } from '../../../src/settings/index.ts'
import { intakeOf } from '../../../src/wiring.ts'
import { call, freshPlatform, newSource } from '../world.ts'

/** A queue message that remembers what became of it. */
export interface TestMessage extends QueueMessage {
  outcome: 'ack' | { retryIn: number } | undefined
}

export function messageOf(body: unknown, attempts = 1): TestMessage {
  const message: TestMessage = {
    id: crypto.randomUUID(),
    body,
    attempts,
    outcome: undefined,
    // The first word counts, as in the queue.
    ack: () => void (message.outcome ??= 'ack'),
    retry: (options) => void (message.outcome ??= { retryIn: options?.delaySeconds ?? 0 }),
  }
  return message
}

/** An accepted request with one track an id. */
export function batchOf(
  source: string | null,
  ids: string[],
  more: { accept?: string; writeKey?: string } = {},
): string {
  return encodeBatch({
    accept: more.accept ?? crypto.randomUUID(),
    source,
    ...(more.writeKey !== undefined && { writeKey: more.writeKey }),
    at: Date.now(),
    rejected: {},
    lines: ids.map((messageId) =>
      JSON.stringify({
        type: 'track',
        event: 'E',
        userId: 'u',
        messageId,
        integrations: {},
        channel: 'server',
        context: {},
      }),
    ),
  })
}

/** One route, with bindings and intake replaced where a test wants them to fail. */
export function router(
  replace: { env?: Partial<Env>; ctx?: Partial<Context>; intake?: (real: IntakeRemote) => Partial<IntakeRemote> } = {},
) {
  const bindings = { ...env, ...replace.env }
  const ctx = { ...context, log: () => undefined, ...replace.ctx }
  const settings = new SettingsCache(openDatabase(bindings.DB, bindings.ENCRYPTION_KEYS, ctx))
  const intake = (source: string): IntakeRemote => {
    const real = intakeOf(env, source)
    const plain: IntakeRemote = {
      begin: (claims) => real.begin(claims),
      release: (accepts) => real.release(accepts),
      commit: (commit) => real.commit(commit),
      counters: () => real.counters(),
      find: (messageId) => real.find(messageId),
      at: (seq, event) => real.at(seq, event),
      log: (from) => real.log(from),
      page: (query) => real.page(query),
      fetch: (request) => real.fetch(request),
      nudge: () => real.nudge(),
      spend: (events, perSecond) => real.spend(events, perSecond),
      removeOrphans: (ms) => real.removeOrphans(ms),
    }
    return { ...plain, ...replace.intake?.(plain) }
  }
  const { ARCHIVE: archive, EVENTS: queue } = bindings
  return (messages: TestMessage[]) => route(messages, { ctx, archive, queue, sharesArchive: true, settings, intake })
}

export async function sourceWithWebhook(settings: Record<string, unknown> = { urls: ['https://hooks.example.com/'] }) {
  const at = freshPlatform()
  const source = await newSource(at)
  const body = { sourceId: source.id, metadataId: 'webhooks', settings, enabled: true }
  const made = await call<{ data: { destination: { id: string } } }>(at, 'POST', '/api/destinations', body)
  return { ...source, destination: made.json.data.destination.id }
}

/** Events of a source's archive objects, and of those that it shares, by their message ids, in order. */
export async function archived(source: string): Promise<string[]> {
  const { objects } = await env.ARCHIVE.list({ prefix: `raw/${source}/` })
  const ids: string[] = []
  for (const { key } of objects) {
    const object = await env.ARCHIVE.get(key)
    const { gunzipSync } = await import('node:zlib')
    const text = gunzipSync(new Uint8Array(await object!.arrayBuffer())).toString()
    for (const line of text.trimEnd().split('\n')) ids.push((JSON.parse(line) as { messageId: string }).messageId)
  }
  for await (const { key, chunks } of readLog(
    { source, intake: intakeOf(env, source), archive: env.ARCHIVE },
    { seq: 1 },
  )) {
    if (!key?.startsWith('raw/shared/')) continue
    const lines = await readLines(env.ARCHIVE, key, chunks)
    ids.push(...(lines ?? []).map((line) => (JSON.parse(line) as { messageId: string }).messageId))
  }
  return ids
}
