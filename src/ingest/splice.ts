import {
  type Channel,
  channelOf,
  CONSENT_EVENT,
  correctSkew,
  type EventType,
  isEventType,
  isoTime,
  LIMITS,
  parseTime,
  type RequestFacts,
} from '../event/index.ts'
import type { ScannedEvents } from './scanned.ts'
import { SLOT } from './slots.ts'

const [QUOTE, OPEN, NULL, TRUE] = ['"', '{', 'null', 'true'].map((text) => text.charCodeAt(0))

/**
 * Writes events from their own text: the line of JSON that `normalise` and `JSON.stringify` make, character by character,
 * without reading the event into objects. It knows those that are as nearly all are, and leaves the others to them.
 */
export class Splicer {
  readonly #events: ScannedEvents
  readonly #facts: RequestFacts
  /** Milliseconds of the batch's time; `null`: it says one that cannot be read. */
  readonly #sentAt: number | undefined | null
  readonly #tail: string

  constructor(events: ScannedEvents, facts: RequestFacts) {
    this.#events = events
    this.#facts = facts
    this.#sentAt = facts.sentAt === undefined ? undefined : (parseTime(facts.sentAt) ?? null)
    const projectId = JSON.stringify(facts.projectId)
    this.#tail = `,"receivedAt":"${isoTime(facts.receivedAt)}","projectId":${projectId},"version":2}`
  }

  /** The line of event `n`, a character a byte; `undefined`: the event has to be read. */
  line(n: number): string | undefined {
    const events = this.#events
    const { context: shared, integrations: sharedToo } = this.#facts
    if (shared !== undefined || sharedToo !== undefined) return undefined
    if (events.firstOf(n, SLOT.whole) !== OPEN || events.sizeOf(n, SLOT.whole) > LIMITS.eventBytes) return undefined
    const type = this.#typeOf(n)
    if (type === undefined || !this.#isSound(n, type)) return undefined
    const ids = this.#idsOf(n)
    const context = this.#contextOf(n)
    const times = this.#timesOf(n)
    if (ids === undefined || context === undefined || times === undefined) return undefined
    const messageId = this.#messageIdOf(n)
    if (messageId === undefined) return undefined
    const integrations = events.valueOf(n, SLOT.integrations) ?? '{}'
    const own = `"type":"${type}","messageId":${messageId}${ids}${context},"integrations":${integrations}${times}`
    return `{${events.restOf(n)}${own}${this.#tail}`
  }

  #typeOf(n: number): EventType | undefined {
    const type = this.#facts.type ?? this.#events.valueOf(n, SLOT.type)?.slice(1, -1)
    return isEventType(type) ? type : undefined
  }

  /** Whether the call has what it needs, as text and objects. */
  #isSound(n: number, type: EventType): boolean {
    switch (type) {
      case 'identify':
        return this.#isObject(n, SLOT.traits, true)
      case 'track':
        return this.#isNamed(n) && this.#isObject(n, SLOT.properties, true)
      case 'page':
      case 'screen':
        return this.#isText(n, SLOT.name) && this.#isText(n, SLOT.category) && this.#isObject(n, SLOT.properties, true)
      case 'group':
        return this.#isId(n, SLOT.groupId) && this.#isObject(n, SLOT.traits, true)
      case 'alias':
        return this.#isId(n, SLOT.previousId) && this.#isId(n, SLOT.userId)
    }
  }

  /** Consent has rules of its own. */
  #isNamed(n: number): boolean {
    return this.#isId(n, SLOT.event) && this.#events.valueOf(n, SLOT.event) !== CONSENT
  }

  #isId(n: number, slot: number): boolean {
    return this.#events.firstOf(n, slot) === QUOTE && this.#events.sizeOf(n, slot) > 2
  }

  #isText(n: number, slot: number): boolean {
    const first = this.#events.firstOf(n, slot)
    return first === undefined || first === QUOTE || first === NULL
  }

  #isObject(n: number, slot: number, orNull: boolean): boolean {
    const first = this.#events.firstOf(n, slot)
    return first === undefined || first === OPEN || (orNull && first === NULL)
  }

  /** What comes after the id of the message; one of the two is needed, and a `null` that was sent stays. */
  #idsOf(n: number): string | undefined {
    if (!this.#isText(n, SLOT.userId) || !this.#isText(n, SLOT.anonymousId)) return undefined
    if (!this.#isId(n, SLOT.userId) && !this.#isId(n, SLOT.anonymousId)) return undefined
    return this.#idOf(n, 'userId') + this.#idOf(n, 'anonymousId')
  }

  #idOf(n: number, name: 'userId' | 'anonymousId'): string {
    const value = this.#events.valueOf(n, SLOT[name])
    return value === undefined || value === '""' ? '' : `,"${name}":${value}`
  }

  #messageIdOf(n: number): string | undefined {
    const id = this.#events.valueOf(n, SLOT.messageId)
    if (id === undefined || id === 'null' || id === '""') return `"${this.#facts.newMessageId()}"`
    return id.charCodeAt(0) === QUOTE && id.length - 2 < LIMITS.messageIdChars ? id : undefined
  }

  /** Channel and context, with the client's address where it is missing. */
  #contextOf(n: number): string | undefined {
    const events = this.#events
    if (!this.#isObject(n, SLOT.context, false) || !this.#isObject(n, SLOT.integrations, false)) return undefined
    const library = this.#textOf(n, SLOT.libraryName)
    if (library === null) return undefined
    const channel = channelOf(this.#textOf(n, SLOT.channel), library, this.#facts.channel ?? 'server')
    const context = events.valueOf(n, SLOT.context) ?? '{}'
    const filled = this.#fillingOf(n, channel)
    if (filled === undefined) return undefined
    const whole = filled === '' ? context : `${context.slice(0, -1)}${context === '{}' ? filled.slice(1) : filled}}`
    return `,"channel":"${channel}","context":${whole}`
  }

  #fillingOf(n: number, channel: Channel): string | undefined {
    const { ip, userAgent } = this.#facts
    const isClients = channel !== 'server' || this.#events.firstOf(n, SLOT.direct) === TRUE
    const forIp = isClients && ip ? this.#memberOf(n, SLOT.ip, 'ip', ip) : ''
    const forAgent = channel === 'client' && userAgent ? this.#memberOf(n, SLOT.userAgent, 'userAgent', userAgent) : ''
    return forIp === undefined || forAgent === undefined ? undefined : forIp + forAgent
  }

  /** A member that the context gets unless it has it; of what is no ASCII a character would be more than a byte. */
  #memberOf(n: number, slot: number, name: string, value: string): string | undefined {
    const first = this.#events.firstOf(n, slot)
    if (first !== undefined && first !== NULL) return ''
    return first === NULL || !ASCII.test(value) ? undefined : `,"${name}":${JSON.stringify(value)}`
  }

  #timesOf(n: number): string | undefined {
    const { receivedAt } = this.#facts
    const slot = this.#events.has(n, SLOT.timestamp) ? SLOT.timestamp : SLOT.originalTimestamp
    const original = this.#timeOf(n, slot, undefined)
    const sent = this.#timeOf(n, SLOT.sentAt, this.#sentAt)
    if (original === null || sent === null) return undefined
    const { at, believed } = correctSkew(receivedAt, sent, original)
    if (!believed) return undefined
    const sentAt = sent === undefined ? '' : `","sentAt":"${isoTime(sent)}`
    return `,"timestamp":"${isoTime(at)}","originalTimestamp":"${isoTime(original ?? receivedAt)}${sentAt}"`
  }

  /** Milliseconds; `null`: what is there is no time in plain text. */
  #timeOf(n: number, slot: number, fallback: number | undefined | null): number | undefined | null {
    if (!this.#events.has(n, slot)) return fallback
    const text = this.#textOf(n, slot)
    return typeof text === 'string' ? (parseTime(text) ?? null) : null
  }

  /** What a text says; `undefined`: it is none; `null`: it has escapes, or cannot be compared as it stands. */
  #textOf(n: number, slot: number): string | undefined | null {
    if (this.#events.firstOf(n, slot) !== QUOTE) return undefined
    const value = this.#events.valueOf(n, slot) ?? ''
    return value.includes('\\') ? null : this.#events.decoded(value.slice(1, -1))
  }
}

const CONSENT = `"${CONSENT_EVENT}"`
// oxlint-disable-next-line no-control-regex -- it is about them.
const ASCII = /^[\x00-\x7f]*$/
