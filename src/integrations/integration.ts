import type { OutgoingRequest } from '../context.ts'
import type { Channel, EventFacts, EventType } from '../event/index.ts'
import type { Category } from './categories.ts'
import type { DeviceHalf } from './device.ts'
import type { BatchOffer, BatchTerms } from './batch.ts'
import type { BiHalf } from './bi.ts'
import type { SettingField, SettingsValues } from './fields.ts'
import type { WarehouseHalf } from './presets.ts'
import type { IntegrationState, Measure } from './states.ts'
import type { Region } from './regions.ts'

/** What kinds have in common and what not: `KINDS`. */
export type Kind = 'direct' | 'webhook' | 'packaged' | 'warehouse' | 'bi'

/** What a destination or a warehouse can be: one entry of the catalogue, and how its events are sent. */
export interface Integration {
  id: string
  /** Never changes. */
  slug: string
  /** As it stands in an event's `integrations` object: case counts. */
  name: string
  /** What people call it, where that is something else. */
  title?: string
  kind: Kind
  /** At least one, the most telling first. */
  categories: readonly [Category, ...Category[]]
  description: string
  /** Its maker's site, and where its users are helped: an e-mail address. */
  site?: string
  support?: string
  /** When its logo and its mark, a picture that is square, were changed last, in milliseconds; absent: it has none. */
  logoAt?: number
  markAt?: number
  status: IntegrationState
  /** What its quality has come to; absent: nothing. */
  measure?: Measure
  /** Id of the workspace that has made it; absent: it is our own. */
  maker?: string
  fields: readonly SettingField[]
  supports: readonly EventType[]
  /** `direct`, and `packaged` with a cloud half: where the partner listens. */
  endpoint?: string
  /** Where else it listens, for customers to choose. */
  regions?: readonly Region[]
  /** `packaged` only. */
  device?: DeviceHalf
  /** `warehouse` only: what speaks to it. Several entries may name the same, each with its own words and defaults. */
  warehouse?: WarehouseHalf
  /** `bi` only: a tool that reads warehouses. */
  bi?: BiHalf
  /** Requests per second that the partner can take; `null`: no limit known. */
  rate: number | null
  /** Requests in flight at most, of a destination each; absent or `null`: what the platform says. */
  maxInFlight?: number | null
  /** Milliseconds that one request may take. */
  timeoutMs: number
  /** `direct`, and `packaged` with a cloud half: the partner takes several events in a request; absent or `null`: one. */
  batch?: BatchOffer | null
}

export function titleOf({ title, name }: Pick<Integration, 'title' | 'name'>): string {
  return title ?? name
}

/** A destination as deliver needs it: settings with their secrets in clear. */
export interface Target {
  destinationId: string
  integration: Pick<Integration, 'name' | 'kind' | 'endpoint' | 'timeoutMs'>
  settings: SettingsValues
  /** It takes events as lists. */
  batch?: BatchTerms
}

/**
 * The requests that bring `body` to a destination, the text of one event, or of several as a JSON array. When there are several
 * requests, what they bring has arrived as soon as one of them succeeds. `at`: milliseconds. Throws `InvalidSettings` when the
 * settings do not allow any.
 */
export type BuildRequests = (
  what: EventFacts | readonly EventFacts[],
  target: Target,
  at: number,
  body: string,
) => Promise<OutgoingRequest[]>

export class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings'
}

/** All that the Spec knows. */
export const ALL_CHANNELS: readonly Channel[] = ['client', 'server', 'mobile']
