import { Buffer } from 'node:buffer'
import { fingerprints } from '../../src/intake/index.ts'
import { type ClientEvent, personOf } from './clients.ts'

/** What a client may be up to. The order is part of recorded schedules: new ones go to the end. */
const KINDS = [
  'nothing',
  'long context',
  'more context than may be repeated',
  'ids alike',
  'many keys',
  'rejected',
  'empty',
  'endless',
] as const
export type Hostility = (typeof KINDS)[number]

export const HOSTILITIES = KINDS.length - 1

export function hostilityOf(choice: number): Hostility {
  return KINDS[choice] ?? 'nothing'
}

interface HostileBatch {
  events: ClientEvent[]
  body: string
}

/** What a batch says for all its events may be repeated three times its body, and 256 KB in any case (docs/tracking.md). */
const REPEATED_BYTES = 256 * 1024
const REPEATED = 3
const ENDLESS = 20_000_000
/** So much text, made once and not searched for what has to be escaped; where it comes to stand. */
let endless: string | undefined
const HERE = '<endless>'
/** Low bits that are all the same of the half of a fingerprint by which tables are laid out. */
const ALIKE = 0xff

/**
 * A batch of somebody who wants to cost as much as a request can: within every limit, or just beyond one, and so small
 * that a run stays quick. `make` makes an event; what is beyond a limit must not be kept.
 */
export function hostileBatch(kind: Hostility, make: (kept: boolean) => ClientEvent): HostileBatch {
  switch (kind) {
    // Two megabytes, a hundred times which a queue batch may point to, of few events.
    case 'long context': {
      const events = many(55, () => make(true))
      const batch = events.map((event) => ({ ...track(event), context: { own: 'x'.repeat(8_000) } }))
      return { events, body: JSON.stringify({ batch, context: { traits: 'y'.repeat(24_000) } }) }
    }
    case 'more context than may be repeated': {
      const context = { page: 'z'.repeat(20_000) }
      const bytes = Buffer.byteLength(JSON.stringify({ context }))
      const most = Math.floor(REPEATED_BYTES / bytes)
      const events = many(60, (at) => make(at < most))
      const body = JSON.stringify({ batch: events.map(track), context })
      if (Buffer.byteLength(body) * REPEATED > REPEATED_BYTES) throw new Error('the body is no small one any more')
      return { events, body }
    }
    case 'ids alike': {
      const events = many(40, () => alike(make(true)))
      return { events, body: JSON.stringify({ batch: events.map(track) }) }
    }
    case 'many keys': {
      const events = many(2, () => make(true))
      const integrations = keys(1_000, () => false)
      const context = keys(800, (at) => ({ [`k${at}`]: [] }))
      const batch = events.map((event) => ({ ...track(event), context }))
      return { events, body: JSON.stringify({ batch, integrations }) }
    }
    case 'rejected': {
      const events = many(300, () => make(false))
      const batch = events.map((event, at) => ({ ...track(event), ...WRONG[at % WRONG.length] }))
      return { events, body: JSON.stringify({ batch }) }
    }
    // More than an isolate could hold, were it read.
    case 'endless': {
      const events = many(2, () => make(false))
      const [before, after] = JSON.stringify({ batch: events.map(track), context: { own: HERE } }).split(HERE)
      endless ??= 'x'.repeat(ENDLESS)
      return { events, body: `${before}${endless}${after}` }
    }
    case 'empty':
    case 'nothing':
      return { events: [], body: JSON.stringify({ batch: [] }) }
  }
}

/** What makes an event one that is rejected. */
const WRONG = [
  { type: 'nonsense' },
  { userId: undefined },
  { event: undefined },
  { context: 'none' },
  { traits: 'x'.repeat(33 * 1024) },
]

function track({ n, messageId }: ClientEvent) {
  return { type: 'track', event: 'Bought', userId: personOf(n), messageId, properties: { n } }
}

/** With an id whose fingerprint falls into the same place of every small table as all others of its kind. */
function alike(event: ClientEvent): ClientEvent {
  for (let tries = 0; ; tries++) {
    const messageId = `${event.messageId}-${tries}`
    if (((fingerprints([messageId])[1] ?? 0) & ALIKE) === 0) return Object.assign(event, { messageId })
  }
}

function many<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}

function keys<T>(count: number, value: (at: number) => T): Record<string, T> {
  return Object.fromEntries(many(count, (at) => [`key-${at}`, value(at)]))
}
