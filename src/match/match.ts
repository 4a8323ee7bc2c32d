import { isObject, type JsonObject, type SpecEvent } from '../event/index.ts'
import type { Candidate } from '../settings/index.ts'
import { type FilterCode, FILTERS } from './filters.ts'

/** Whether the destination may get the event, as far as this rule goes. */
type Rule = (event: SpecEvent, destination: Candidate) => boolean

/** Each code is the objection of one rule. */
const RULES: Record<FilterCode, Rule> = {
  UNSUPPORTED_EVENT_TYPE: supportsType,
  FILTERED_BY_INTEGRATIONS_OBJECT: isWanted,
  MESSAGE_SENT_CLIENT_SIDE: isNotOnDevice,
}

/** The first rule that objects decides. */
const IN_ORDER = (Object.keys(FILTERS) as FilterCode[]).map((code) => ({ code, allows: RULES[code] }))

/** What a replay does not ask: what a device had when the event came is no reason against sending it once more. */
const NOT_REPLAYED = new Set<FilterCode>(['MESSAGE_SENT_CLIENT_SIDE'])

/** Why `destination` does not get `event`, just come in or `replayed`; `undefined`: it does. */
export function filterCode(
  event: SpecEvent,
  destination: Candidate,
  how: 'live' | 'replayed' = 'live',
): FilterCode | undefined {
  for (const { code, allows } of IN_ORDER) {
    if (how === 'replayed' && NOT_REPLAYED.has(code)) continue
    if (!allows(event, destination)) return code
  }
  return undefined
}

function supportsType(event: SpecEvent, { integration }: Candidate): boolean {
  return integration.supports.includes(event.type)
}

/** Off unless an event names it. */
const DEFAULT_OFF = new Set(['Salesforce'])

/**
 * The event's own choice of tools: the entry with exactly the integration's name decides (a boolean as it is, anything
 * else is "on, with options"), otherwise `All`, in any case, which is on unless it is `false`.
 */
function isWanted({ integrations }: SpecEvent, { integration }: Candidate): boolean {
  const { name } = integration
  if (Object.hasOwn(integrations, name)) return integrations[name] !== false
  return isOnForAll(integrations) && !DEFAULT_OFF.has(name)
}

/** Of the last events: each is asked about once for every destination, and may name thousands of tools. */
const forAll = new WeakMap<JsonObject, boolean>()

function isOnForAll(integrations: JsonObject): boolean {
  const known = forAll.get(integrations)
  if (known !== undefined) return known
  const all = Object.keys(integrations).find((key) => key.length === 3 && key.toLowerCase() === 'all')
  const on = all === undefined || integrations[all] !== false
  forAll.set(integrations, on)
  return on
}

/**
 * What a tool on the device already got does not go to it again. The event says itself who has it; where it says nothing,
 * the destination's mode does. Segment goes by the mode alone, so that a client with old settings doubles or loses events
 * after a change of mode, and believes only browsers that a tool is not on board.
 */
function isNotOnDevice({ channel, _metadata }: SpecEvent, { integration, channels }: Candidate): boolean {
  if (integration.device && channel !== 'server' && isObject(_metadata)) {
    if (lists(_metadata.unbundled, integration.name)) return true
    if (lists(_metadata.bundled, integration.name)) return false
  }
  return channels.includes(channel)
}

function lists(names: unknown, name: string): boolean {
  return Array.isArray(names) && names.includes(name)
}
