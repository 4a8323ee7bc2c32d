import { type Channel, isObject, type JsonObject, type SpecEvent } from '../event/index.ts'
import type { PlanDestination } from '../settings/index.ts'

/** Why a destination does not get an event: Segment's "filtered at destination" codes. */
export type FilterCode = 'UNSUPPORTED_EVENT_TYPE' | 'FILTERED_BY_INTEGRATIONS_OBJECT' | 'MESSAGE_SENT_CLIENT_SIDE'

type Rule = (event: SpecEvent, destination: PlanDestination) => FilterCode | undefined

/** In Segment's order; the first that objects decides. */
const RULES: readonly Rule[] = [supportedType, integrationsObject, sentByDevice]

/** Why `destination` does not get `event`, or `undefined` when it does. */
export function filterCode(event: SpecEvent, destination: PlanDestination): FilterCode | undefined {
  for (const rule of RULES) {
    const code = rule(event, destination)
    if (code) return code
  }
  return undefined
}

function supportedType(event: SpecEvent, { integration }: PlanDestination): FilterCode | undefined {
  return integration.supports.includes(event.type) ? undefined : 'UNSUPPORTED_EVENT_TYPE'
}

/** Off unless an event names it. */
const DEFAULT_OFF = new Set(['Salesforce'])

/**
 * The event's own choice of tools: the entry with exactly the integration's name decides (a boolean as it is, anything
 * else is "on, with options"), otherwise `All`, in any case, which is on unless it is `false`.
 */
function integrationsObject({ integrations }: SpecEvent, { integration }: PlanDestination): FilterCode | undefined {
  const { name } = integration
  if (Object.hasOwn(integrations, name)) {
    return integrations[name] === false ? 'FILTERED_BY_INTEGRATIONS_OBJECT' : undefined
  }
  return isOnForAll(integrations) && !DEFAULT_OFF.has(name) ? undefined : 'FILTERED_BY_INTEGRATIONS_OBJECT'
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
function sentByDevice({ channel, _metadata }: SpecEvent, destination: PlanDestination): FilterCode | undefined {
  const { integration, channels } = destination
  if (!integration.device || channel === 'server' || !isObject(_metadata)) return byMode(channel, channels)
  if (lists(_metadata.unbundled, integration.name)) return undefined
  if (lists(_metadata.bundled, integration.name)) return 'MESSAGE_SENT_CLIENT_SIDE'
  return byMode(channel, channels)
}

function byMode(channel: Channel, channels: readonly Channel[]): FilterCode | undefined {
  return channels.includes(channel) ? undefined : 'MESSAGE_SENT_CLIENT_SIDE'
}

function lists(names: unknown, name: string): boolean {
  return Array.isArray(names) && names.includes(name)
}
