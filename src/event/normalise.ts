import { channelOf, libraryOf } from './channel.ts'
import { isExactNumber } from './json.ts'
import { LIMITS } from './limits.ts'
import { correctSkew, isGiven, isoTime, parseTime, textOfTime } from './time.ts'
import { type Channel, type EventType, isEventType, isObject, type JsonObject } from './types.ts'
import type { RejectCode } from './rejections.ts'
import type { SpecEvent } from './types.ts'
import { CONSENT_EVENT, consentProblem } from './consent.ts'
import type { WarnCode } from './warnings.ts'

/** What an event takes from its request. */
export interface RequestFacts {
  /** Milliseconds: when the request arrived; the same for all its events. */
  receivedAt: number
  /** The source's id. */
  projectId: string
  /** The type that the path implies; without it every event needs its own. */
  type?: EventType | undefined
  /** Batch-level values, merged under each event's own. */
  context?: JsonObject | undefined
  integrations?: JsonObject | undefined
  sentAt?: unknown
  /** The channel of events whose library says nothing. Default `server`. */
  channel?: Channel | undefined
  ip?: string | undefined
  userAgent?: string | undefined
  /** Makes the id of an event that brought none. */
  newMessageId(): string
}

/** `warnings`: what could not be taken as it was meant; absent when there are none. */
export type Normalised = { ok: true; event: SpecEvent; warnings?: WarnCode[] } | { ok: false; code: RejectCode }

/**
 * Checks one event of the tracking API and brings it into the form that is archived and delivered: ids as strings, the
 * four times in UTC, batch-level context and integrations merged under its own, `channel`, `version`, `projectId` and
 * the client's address filled in, the write key removed. `null` counts as absent and
 * stays where it was sent, but in `context` and `integrations`, which every event has; `[]` is an empty object (PHP has no
 * other). Never throws; `raw` is not changed.
 */
export function normalise(raw: unknown, facts: RequestFacts): Normalised {
  if (!isObject(raw)) return reject('bad_request')
  const {
    type: ownType,
    messageId: ownMessageId,
    userId: ownUserId,
    anonymousId: ownAnonymousId,
    context: ownContext,
    integrations: ownIntegrations,
    timestamp: ownTimestamp,
    originalTimestamp: ownOriginal,
    sentAt: ownSentAt,
    channel: ownChannel,
    writeKey: _writeKey,
    receivedAt: _receivedAt,
    projectId: _projectId,
    version: _version,
    ...rest
  } = raw

  const type = facts.type ?? ownType
  if (!isEventType(type)) return reject('bad_request')
  const messageId = messageIdOf(ownMessageId, facts)
  const context = objectOf(ownContext)
  const integrations = objectOf(ownIntegrations)
  if (messageId === undefined || context === null || integrations === null) return reject('bad_request')

  const userId = idOf(ownUserId)
  const anonymousId = idOf(ownAnonymousId)
  if (userId === null || anonymousId === null) return reject('id_not_string')
  const problem = checkType[type](rest, userId)
  if (problem) return reject(problem)
  if (userId === undefined && anonymousId === undefined) return reject('no_user_anon_id')

  if (type === 'track' && rest.event === CONSENT_EVENT) {
    const consent = consentProblem(context && Object.hasOwn(context, 'consent') ? context : (facts.context ?? {}))
    if (consent) return reject(consent)
  }
  // The last, because it costs the more the longer a batch's context is: whatever is merged is written, and counted there.
  const merged: JsonObject = { ...facts.context, ...context }
  const channel = channelOf(ownChannel, libraryOf(merged), facts.channel ?? 'server')
  fillClient(merged, channel, facts)

  const { warnings, ...times } = timesOf([ownTimestamp, ownOriginal], [ownSentAt, facts.sentAt], facts.receivedAt)
  const event: SpecEvent = {
    ...rest,
    type,
    messageId,
    ...kept('userId', userId, ownUserId),
    ...kept('anonymousId', anonymousId, ownAnonymousId),
    channel,
    context: merged,
    integrations: { ...facts.integrations, ...integrations },
    ...times,
    receivedAt: isoTime(facts.receivedAt),
    projectId: facts.projectId,
    version: 2,
  }
  return warnings ? { ok: true, event, warnings } : { ok: true, event }
}

/**
 * The client's times in UTC. The first of each kind counts; one that cannot be read stays as it was written, is warned of,
 * and the next one is taken for it.
 */
function timesOf(timestamps: readonly unknown[], sentAts: readonly unknown[], receivedAt: number) {
  const original = readTimes(timestamps)
  const sent = readTimes(sentAts)
  const { at, believed } = correctSkew(receivedAt, sent.ms, original.ms)
  const warnings: WarnCode[] = []
  if (original.unread !== undefined) warnings.push('timestamp_unreadable')
  if (sent.unread !== undefined) warnings.push('sent_at_unreadable')
  if (!believed) warnings.push('clock_wrong')
  const sentAt = sent.unread ?? (sent.ms === undefined ? undefined : isoTime(sent.ms))
  return {
    timestamp: isoTime(at),
    originalTimestamp: original.unread ?? isoTime(original.ms ?? receivedAt),
    ...(sentAt === undefined ? sentAts[0] === null && { sentAt: null } : { sentAt }),
    ...(warnings.length > 0 && { warnings }),
  }
}

/** The first time that can be read, and the text of one before it that cannot. */
function readTimes(values: readonly unknown[]): { ms?: number; unread?: string } {
  let unread: string | undefined
  for (const value of values) {
    const ms = parseTime(value)
    if (ms !== undefined) return { ms, ...(unread !== undefined && { unread }) }
    if (isGiven(value)) unread ??= textOfTime(value)
  }
  return unread === undefined ? {} : { unread }
}

/** An id of an event, or the `null` that was sent for it. */
function kept(key: 'userId' | 'anonymousId', id: string | undefined, sent: unknown): Partial<SpecEvent> {
  return id !== undefined || sent === null ? { [key]: id ?? null } : {}
}

type Check = (fields: JsonObject, userId: string | undefined) => RejectCode | undefined

/** The rules of each call. They may tidy `fields`, which is the event's own copy. */
const checkType: Record<EventType, Check> = {
  identify: (fields) => takeObject(fields, 'traits', 'traits_not_object'),
  track: (fields) => {
    if (fields.event === undefined || fields.event === null || fields.event === '') return 'event_not_defined'
    if (typeof fields.event !== 'string') return 'event_not_string'
    return takeObject(fields, 'properties', 'properties_not_object')
  },
  page: checkView,
  screen: checkView,
  group: (fields) => takeId(fields, 'groupId') ?? takeObject(fields, 'traits', 'traits_not_object'),
  alias: (fields, userId) => takeId(fields, 'previousId') ?? (userId === undefined ? 'id_required' : undefined),
}

function checkView(fields: JsonObject): RejectCode | undefined {
  return (
    takeString(fields, 'name', 'name_not_string') ??
    takeString(fields, 'category', 'category_not_string') ??
    takeObject(fields, 'properties', 'properties_not_object')
  )
}

function takeObject(fields: JsonObject, key: string, code: RejectCode): RejectCode | undefined {
  if (!(key in fields)) return undefined
  const value = objectOf(fields[key])
  if (value === null) return code
  if (value !== undefined) fields[key] = value
  return undefined
}

function takeString(fields: JsonObject, key: string, code: RejectCode): RejectCode | undefined {
  const value = fields[key]
  return value === undefined || value === null || typeof value === 'string' ? undefined : code
}

function takeId(fields: JsonObject, key: string): RejectCode | undefined {
  const id = idOf(fields[key])
  if (id === undefined) return 'id_required'
  if (id === null) return 'id_not_string'
  fields[key] = id
  return undefined
}

/** `undefined`: absent (also `null`); `null`: not an object. */
function objectOf(value: unknown): JsonObject | undefined | null {
  if (value === undefined || value === null) return undefined
  if (Array.isArray(value)) return value.length === 0 ? {} : null
  return isObject(value) ? value : null
}

/**
 * `undefined`: absent (also `null` and `""`); `null`: not an id. Numbers become strings, as the SDKs do it: by their value,
 * so that 42, 42.0 and 4.2e1 are one person, and by the text that was sent where a double cannot carry it.
 */
function idOf(value: unknown): string | undefined | null {
  if (typeof value === 'string') return value === '' ? undefined : value
  if (value === undefined || value === null) return undefined
  if (isExactNumber(value)) return value.rawJSON
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null
}

/** `undefined`: not usable as an id. */
function messageIdOf(value: unknown, facts: RequestFacts): string | undefined {
  const id = idOf(value)
  if (id === undefined) return facts.newMessageId()
  return id === null || id.length >= LIMITS.messageIdChars ? undefined : id
}

function fillClient(context: JsonObject, channel: Channel, facts: RequestFacts): void {
  const fromDevice = channel === 'client' || channel === 'mobile'
  if ((fromDevice || context.direct === true) && facts.ip) context.ip ??= facts.ip
  // A mobile SDK's user agent names the SDK, a server's the library: only a browser's describes the user's device.
  if (channel === 'client' && facts.userAgent) context.userAgent ??= facts.userAgent
}

function reject(code: RejectCode): Normalised {
  return { ok: false, code }
}
