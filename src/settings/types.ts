import type { BatchTerms, DeviceHalf, Integration, Mode, SettingsValues, Target } from '../integrations/index.ts'
import type { Channel } from '../event/index.ts'

export const SCHEDULE_NAMES = ['segment-4h', 'standard-webhooks-3d'] as const
export type ScheduleName = (typeof SCHEDULE_NAMES)[number]

/** When an event is tried again: by name, or one of the customer's own. */
export type Schedule = ScheduleName | CustomSchedule

export interface CustomSchedule {
  /** Before each attempt, the first included; after the last the event is given up. */
  delaysSeconds: number[]
  /** After this it is given up in any case. */
  ageSeconds: number
}

/** How a destination wants to be sent to. The newest version wins wherever two meet. */
export interface LaneConfig {
  version: number
  enabled: boolean
  deleted?: boolean
  /** Accepts, but sends nothing; deadlines stand still meanwhile. */
  paused?: boolean
  /** Requests per second at the receiver; `null`: as fast as it answers. */
  rate: number | null
  /** Grants that may be out at once; `null`: the lane finds its own pace. */
  concurrency: number | null
  /** Requests in flight at most where it does; absent: what the platform says. */
  maxInFlight?: number
  schedule: Schedule
  /** Milliseconds that one request may take. */
  timeoutMs: number
  /** Absent: each event has a request of its own. */
  batch?: BatchTerms
  /** Differs whenever settings, secrets or the integration's endpoint have changed: what a receiver said was said of the former ones. */
  settings?: string
  /** Of the lane of a replay. */
  replay?: ReplayTerms
}

/** How a replay goes beside the lane of its destination. */
export interface ReplayTerms {
  /** The destination, whose lane says how fast it may be. */
  destination: string
  /** Its share of that lane's pace, 0 to 1. */
  share: number
  /** Grows with each change of the replay's own: pausing it, another share. */
  revision: number
}

export interface Source {
  id: string
  workspaceId: string
  slug: string
  name: string
  metadataId: string
  enabled: boolean
  /** Its own limit, on the average of ten seconds; `null`: the deployment's. */
  eventsPerSecond: number | null
  writeKeys: string[]
  createdAt: number
}

export interface Destination {
  id: string
  workspaceId: string
  sourceId: string
  name: string
  enabled: boolean
  integration: Integration
  /** Secrets in clear: for deliver, never for a reply. */
  settings: SettingsValues
  /** Names of the settings that are kept encrypted, whatever has become of their fields since. */
  encrypted: string[]
  /** Names of the settings that devices may read, likewise. */
  onDevice: string[]
  /** `null`: the integration has no device half. */
  mode: Mode | null
  /** Where its integration listens, by id, of those that it offers; `null`: none was chosen. */
  region: string | null
  /** Takes new events and keeps them, sends none. */
  paused: boolean
  /** Why the platform has disabled it. */
  notice: string | null
  rate: number | null
  /** Its own; `null`: what the integration says. */
  maxInFlight: number | null
  lane: LaneConfig
  createdAt: number
}

/** Where deliver sends to. */
export interface Addressee extends Target {
  /** That of its lane's settings. */
  version: number
  /** It is disabled or paused: nothing may be sent, and this is what its lane has to know. */
  stopped?: LaneConfig
}

/** A source and what its events have to be matched with. */
export interface Plan {
  sourceId: string
  enabled: boolean
  /** Those that events go to from the cloud. */
  destinations: PlanDestination[]
  /** Those with a half on devices, whatever their mode. */
  onDevices: DeviceDestination[]
}

/** All that the rules of matching ask about a destination. */
export interface Candidate {
  integration: Pick<Integration, 'name' | 'supports' | 'device'>
  /** Events of other channels were handled on the device, unless they say otherwise. */
  channels: readonly Channel[]
}

export interface PlanDestination extends Candidate {
  id: string
  lane: LaneConfig
}

/** What devices may know of a destination. */
export interface DeviceDestination {
  /** The integration's name. */
  name: string
  device: DeviceHalf
  mode: Mode
  settings: SettingsValues
}
