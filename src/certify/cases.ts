import type { OutgoingRequest } from '../context.ts'
import { EVENT_TYPES, type EventType, type JsonObject, type SpecEvent } from '../event/index.ts'
import type { Probe } from './probe.ts'

/** A request to an endpoint that is tried: an event, and how its request differs from that of a real delivery. */
export interface Sending {
  event: SpecEvent
  settings?: JsonObject
  change?: (request: OutgoingRequest) => OutgoingRequest
}

interface OddCase {
  /** What is sent, in a few words. */
  words: string
  make(probe: Probe): Sending
  /** How often the same is sent, one after another. */
  times?: number
}

/** Milliseconds. */
export const TWO_YEARS = 2 * 365 * 86_400_000

/** What an endpoint meets beside calls as they should be. Checks and the console send the same. */
export const ODD_CASES = {
  'wrong-key': {
    words: 'With a key that nobody has',
    make: (probe) => ({
      event: probe.event(),
      settings: { ...probe.subject.settings, apiKey: 'certify-wrong-key' },
    }),
  },
  'no-key': {
    words: 'Without a key',
    make: (probe) => ({
      event: probe.event(),
      change: (request) => {
        const { Authorization: _, ...headers } = request.headers
        return { ...request, headers }
      },
    }),
  },
  'half-an-event': {
    words: 'A body that ends too early',
    make: (probe) => ({
      event: probe.event(),
      change: (request) => ({ ...request, body: request.body.slice(0, -20) }),
    }),
  },
  twice: { words: 'The same event twice', make: (probe) => ({ event: probe.event() }), times: 2 },
  'two-years-old': {
    words: 'A timestamp two years old',
    make: (probe) => ({ event: aged(probe, probe.ctx.now() - TWO_YEARS) }),
  },
  delete: {
    words: 'A delete',
    make: (probe) => {
      const { type: _, userId, messageId, ...rest } = probe.event()
      const asked = { ...rest, type: 'delete', userId, messageId, context: null, integrations: null }
      const body = JSON.stringify(probe.subject.batch ? [asked] : asked)
      return { event: probe.event(), change: (request) => ({ ...request, body }) }
    },
  },
  '32-kb': {
    words: 'An event of 32 KB',
    make: (probe) => ({ event: withData(probe, { certify_text: 'x'.repeat(31_000) }) }),
  },
  unicode: {
    words: 'Letters of every script and emoji',
    make: (probe) => ({ event: withData(probe, { 'ключ 😀': '秒速 𝄞 Ünïcode 👩‍🚀', text: 'a\u2028b\tc"d\\' }) }),
  },
  nulls: {
    words: 'null among its values',
    make: (probe) => ({ event: withData(probe, { plan: null, nested: { value: null }, list: [null] }) }),
  },
  'no-visitor': {
    words: 'null for anonymousId',
    make: (probe) => ({ event: probe.event(probe.call, { anonymousId: null }) }),
  },
  'new-fields': {
    words: 'A field that is new',
    make: (probe) => ({ event: { ...probe.event(), certifyNewField: { of: 'tomorrow' } } }),
  },
  replayed: {
    words: 'Sent once more by a replay',
    make: (probe) => {
      const event = probe.event()
      return { event: { ...event, context: { ...event.context, replay: { id: 'rpl_certification' } } } }
    },
  },
  'nested-settings': {
    words: 'Nested settings in their header',
    make: (probe) => ({
      event: probe.event(),
      settings: { ...probe.subject.settings, certifyNested: { list: [1, { ключ: '😀' }], none: null } },
    }),
  },
} as const satisfies Record<string, OddCase>

export type OddCaseName = keyof typeof ODD_CASES
export const ODD_CASE_NAMES = Object.keys(ODD_CASES) as OddCaseName[]

/** What the console sends: each call as it should be, and each odd case. */
export const TEST_CALLS: readonly (EventType | OddCaseName)[] = [...EVENT_TYPES, ...ODD_CASE_NAMES]

/** Sends an odd case once; whoever wants it twice sends it twice. */
export function sendOdd(probe: Probe, name: OddCaseName) {
  return probe.make(ODD_CASES[name].make(probe))
}

/** A valid event of another time. */
export function aged(probe: Probe, at: number): SpecEvent {
  const time = new Date(at).toISOString()
  return probe.event(probe.call, { timestamp: time, originalTimestamp: time })
}

/** A valid event with this among its own properties or traits. */
function withData(probe: Probe, data: JsonObject): SpecEvent {
  const { call } = probe
  const field = call === 'identify' || call === 'group' ? 'traits' : 'properties'
  return probe.event(
    call,
    call === 'alias' ? { context: { library: { name: 'sluice-certify' }, ...data } } : { [field]: data },
  )
}
