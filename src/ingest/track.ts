import { Buffer } from 'node:buffer'
import { acceptId } from '../archive/index.ts'
import type { Context } from '../context.ts'
import type { IntakeRemote } from '../intake/index.ts'
import { type Database, type KeyOwner, type SettingsCache, SettingsUnavailable } from '../settings/index.ts'
import {
  type EventType,
  isObject,
  type JsonObject,
  LIMITS,
  parseJson,
  rejectedOf,
  type RejectCode,
  type RequestFacts,
} from '../event/index.ts'
import { accept, type AcceptDeps } from './accept.ts'
import type { Budgets } from './budget.ts'
import { type Body, readEventBody } from './body.ts'
import { isTooDeep } from './depth.ts'
import type { Call } from './calls.ts'
import { type Events, isOversize, normaliseAll, sentEvent, type SentEvents } from './events.ts'
import { eventOfQuery } from './pixel.ts'
import { accepted, refused, tooMany, tooManyAtOnce, withUsage } from './reply.ts'
import { scannedEvents } from './scanned.ts'
import { TooMuchUnderway } from './underway.ts'
import { writeKeyOf } from './write-key.ts'

export interface IngestDeps extends AcceptDeps {
  db: Database
  /** The log of events of a source, or that of its objects. */
  intake(log: string): Pick<IntakeRemote, 'commit'>
  settings: SettingsCache
  budgets: Budgets
  /** An unknown write key gets Segment's silent 200 instead of a 400. */
  ignoreUnknownKeys: boolean
  /** Whether a path that ends as those of the tracking API do is another's all the same. */
  isOthers?(method: string, path: string): boolean
}

/** Whose events these are. `null`: settings cannot be read, so route will decide by the key. */
type Owner = KeyOwner | { sourceId: null; writeKey: string }

const LIMIT = `${LIMITS.eventBytes / 1024} KB`
const NONE: Events = { lines: [], rejected: {}, refused: [], tooLarge: false }

/** One request of the tracking API: read, authenticate, normalise, accept. */
export async function track(request: Request, call: Call, deps: IngestDeps): Promise<Response> {
  const at = deps.ctx.now()
  const authorization = request.headers.get('authorization')
  const body = await readEventBody(request)
  const sent = body.ok ? readCall(body, call) : undefined
  const key = writeKeyOf(sent?.head, authorization, call === 'batch' ? () => firstOf(sent?.events) : undefined)
  const owner = await ownerOfWriteKey(key, deps)
  const waitMs = owner?.sourceId ? deps.budgets.waitMs(owner.sourceId) : 0
  if (owner && waitMs > 0) return withUsage(tooMany(waitMs), usageOf(owner, deps))
  if (!body.ok) return refuse(owner, at, 'bad_request', body.why, deps)
  if (!sent) return refuse(owner, at, 'bad_request', notJson(body.text()), deps, body.text())
  if (!owner) return unknownKey(key, deps)

  const { head, events: raw } = sent
  if (!raw) return refuse(owner, at, 'bad_request', 'A batch needs "batch", a list of events.', deps)
  if (call === 'batch' && isOversize({ context: head.context, integrations: head.integrations })) {
    return refuse(owner, at, 'bad_request', `A batch's own context and integrations have at most ${LIMIT}.`, deps)
  }
  const facts = factsOf(request, call, head, owner, at, deps.ctx)
  const size = body.bytes.length
  const events = raw.length > 0 ? eventsOf(raw, facts, owner, size) : { ...NONE, rejected: { empty_batch: 1 } }
  // In a batch it is only counted.
  if (call !== 'batch' && events.tooLarge) {
    return refuse(
      owner,
      at,
      'bad_request',
      `An event has at most ${LIMIT} and ${LIMITS.eventLevels} levels.`,
      deps,
      sentEvent(raw, 0),
    )
  }
  return keep(owner, at, events, raw.length, deps)
}

/**
 * Events that the platform itself brings for a source, as those of a batch: what cannot be taken is counted as rejected.
 * They are durable when it answers; throws when they may not be.
 */
export async function trackOwn(source: string, calls: readonly JsonObject[], deps: IngestDeps): Promise<void> {
  const at = deps.ctx.now()
  const owner = { sourceId: source, enabled: true, eventsPerSecond: null }
  const facts = { receivedAt: at, projectId: source, newMessageId: () => `sluice-${acceptId(deps.ctx)}` }
  const events = normaliseAll(calls, facts, Buffer.byteLength(JSON.stringify(calls)))
  const { ok, status } = await keep(owner, at, events, calls.length, deps)
  if (!ok) throw new Error(`they were answered with ${status}`)
}

/** One event that came by a pixel. Never throws and has no reply: whoever loads an image cannot read it. */
export async function trackPixel(request: Request, type: EventType, deps: IngestDeps): Promise<void> {
  try {
    await takePixel(request, type, deps)
  } catch (error) {
    deps.ctx.log('error', 'a pixel could not be taken', { error: String(error) })
  }
}

async function takePixel(request: Request, type: EventType, deps: IngestDeps): Promise<void> {
  const at = deps.ctx.now()
  const raw = eventOfQuery(new URL(request.url).searchParams)
  const owner = await ownerOfWriteKey(writeKeyOf(raw, null), deps)
  if (!owner || !raw || (owner.sourceId !== null && deps.budgets.waitMs(owner.sourceId) > 0)) return
  const facts = { ...factsOf(request, { type }, raw, owner, at, deps.ctx), channel: 'client' as const }
  await keep(owner, at, eventsOf([raw], facts, owner, Buffer.byteLength(request.url)), 1, deps)
}

/**
 * Counts a request that came to no address of the tracking API, at the source whose write key it has, and answers which
 * that is. Never throws.
 */
export async function trackStray(request: Request, path: string, deps: IngestDeps): Promise<string | undefined> {
  try {
    const at = deps.ctx.now()
    const query = request.method === 'GET'
    const sent = query ? eventOfQuery(new URL(request.url).searchParams) : await bodyOf(request)
    const owner = await ownerOfWriteKey(writeKeyOf(sent, request.headers.get('authorization')), deps)
    if (!owner || owner.sourceId === null) return undefined
    const [first]: unknown[] = Array.isArray(sent?.batch) ? sent.batch : [sent]
    const shown = { sentTo: `${request.method} ${path}`, ...(isObject(first) && first) }
    if (deps.budgets.waitMs(owner.sourceId) === 0) await refuse(owner, at, 'bad_request', '', deps, shown)
    return owner.sourceId
  } catch (error) {
    deps.ctx.log('error', 'a request that went astray could not be counted', { error: String(error) })
    return undefined
  }
}

async function bodyOf(request: Request): Promise<JsonObject | undefined> {
  const body = await readEventBody(request)
  return body.ok ? parseBody(body.text()) : undefined
}

/** What a body says beside its events, and these; they are absent where a batch has no list of them. */
interface SentCall {
  head: JsonObject
  events: SentEvents | undefined
}

/** `undefined`: the body is no JSON object. */
function readCall({ bytes, text }: Body & { ok: true }, call: Call): SentCall | undefined {
  const scanned = scannedEvents(bytes, call === 'batch')
  if (scanned) return { head: scanned.head(), events: scanned }
  const head = parseBody(text())
  if (!head || call !== 'batch') return head && { head, events: [head] }
  return { head, events: Array.isArray(head.batch) ? head.batch : undefined }
}

function firstOf(events: SentEvents | undefined): unknown {
  return events && events.length > 0 ? sentEvent(events, 0) : undefined
}

export function parseBody(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with a body that `parse` cannot read. */
export function notJson(text: string): string {
  return isTooDeep(text)
    ? `The body nests more deeply than ${LIMITS.eventLevels} levels and cannot be read.`
    : 'The body is not a JSON object.'
}

export async function ownerOfWriteKey(key: string | undefined, { settings }: IngestDeps): Promise<Owner | null> {
  if (key === undefined) return null
  try {
    return await settings.ownerOfKey(key)
  } catch (error) {
    if (error instanceof SettingsUnavailable) return { sourceId: null, writeKey: key }
    throw error
  }
}

export function unknownKey(key: string | undefined, { ignoreUnknownKeys }: IngestDeps): Response {
  if (ignoreUnknownKeys) return accepted()
  const why =
    key === undefined
      ? 'The request has no write key: put it into the body as "writeKey" or send it as the Basic user name.'
      : 'No source has this write key, or it was revoked. Copy the key from the source’s page; a new one works within 15 seconds.'
  return refused(400, 'unknown_source', why)
}

function factsOf(request: Request, call: Call, body: JsonObject, owner: Owner, at: number, ctx: Context): RequestFacts {
  return {
    receivedAt: at,
    projectId: owner.sourceId ?? '',
    newMessageId: () => `sluice-${acceptId(ctx)}`,
    ip: request.headers.get('cf-connecting-ip') ?? undefined,
    userAgent: request.headers.get('user-agent') ?? undefined,
    ...(call === 'batch'
      ? {
          context: isObject(body.context) ? body.context : undefined,
          integrations: isObject(body.integrations) ? body.integrations : undefined,
          sentAt: body.sentAt,
        }
      : { type: call.type }),
  }
}

function eventsOf(raw: SentEvents, facts: RequestFacts, owner: Owner, bodyBytes: number): Events {
  if ('enabled' in owner && !owner.enabled) return { ...NONE, rejected: { source_disabled: raw.length } }
  return normaliseAll(raw, facts, bodyBytes)
}

/**
 * Replies only when the events are durable. `sent`: events of the request, all of which count against the source's limit,
 * and one if there are none: whatever has to be looked at and counted costs. Not async, as `accept` is not.
 */
function keep(
  owner: Owner,
  at: number,
  { lines, rejected, refused: few, warned }: Omit<Events, 'tooLarge'>,
  sent: number,
  deps: IngestDeps,
): Promise<Response> {
  const whose = owner.sourceId === null ? { source: null, writeKey: owner.writeKey } : { source: owner.sourceId }
  const spent = owner.sourceId === null ? undefined : deps.budgets.spend(owner, Math.max(1, sent))
  const notes = { ...(few.length > 0 && { refused: few }), ...(warned && { warned }) }
  const batch = { accept: acceptId(deps.ctx), ...whose, at, rejected, ...notes, lines }
  return replyWhen(Promise.all([accept(batch, deps), spent]), owner, deps)
}

async function replyWhen(kept: Promise<unknown>, owner: Owner, deps: IngestDeps): Promise<Response> {
  try {
    await kept
  } catch (error) {
    deps.ctx.log('error', 'a request could not be accepted', { error: String(error) })
    if (error instanceof TooMuchUnderway && error.own) return withUsage(tooManyAtOnce(), usageOf(owner, deps))
    return refused(503, 'internal', 'The events could not be stored. Send them again.')
  }
  return withUsage(accepted(), usageOf(owner, deps))
}

export function usageOf(owner: Pick<Owner, 'sourceId'>, { budgets }: IngestDeps): number | undefined {
  return owner.sourceId === null ? undefined : budgets.percent(owner.sourceId)
}

/** A request refused whole is counted where its source is known. The reply does not hang on that. */
function refuse(
  owner: Owner | null,
  at: number,
  code: RejectCode,
  why: string,
  deps: IngestDeps,
  raw?: unknown,
): Promise<Response> {
  const few = raw === undefined ? [] : [rejectedOf(code, raw)]
  const counted = owner?.sourceId
    ? keep(owner, at, { lines: [], rejected: { [code]: 1 }, refused: few }, 1, deps)
    : Promise.resolve()
  return counted.then(() => refused(400, code, why))
}
