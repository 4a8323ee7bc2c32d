import type { Channel } from '../event/index.ts'
import { ALL_CHANNELS, type Integration } from './integration.ts'

export const SDKS = ['browser', 'ios', 'android'] as const
/** The SDKs that can hand events to a tool on the device itself. */
export type Sdk = (typeof SDKS)[number]

export const MODES = ['device', 'cloud'] as const
/** Who brings an event to the tool: the SDK on the device ("bundled"), or we ("unbundled"). */
export type Mode = (typeof MODES)[number]

/** The half of an integration that runs on devices. */
export interface DeviceHalf {
  sdks: readonly Sdk[]
  plugin: DevicePlugin
  defaultMode: Mode
}

export type DevicePlugin = RemotePlugin | BundledPlugin

/** A script that the browser SDK loads, and that leaves a global factory of plugins (protocol §3.5, `remotePlugins`). */
export interface RemotePlugin {
  type: 'remote'
  /** Absolute, or a path below the deployment's own address. */
  url: string
  /** Name of the global. */
  libraryName: string
  /** What the plugin does with which events; handed to the factory among its settings. */
  subscriptions?: readonly Subscription[] | undefined
  /** It only adds to events; the tool itself gets them from the cloud. So it is loaded whatever the mode. */
  enriches?: boolean | undefined
}

/** Built into the page or the app by its developer; needs nothing but its settings. */
export interface BundledPlugin {
  type: 'bundle'
}

export interface Subscription {
  name: string
  /** Segment's filter language, evaluated by the plugin. */
  subscribe: string
  partnerAction: string
  mapping: Record<string, unknown>
}

/** The modes that a destination of this integration can be in; none for one without a device half. */
export function modesOf({ device, endpoint }: Integration): readonly Mode[] {
  if (!device) return []
  if (device.plugin.type === 'remote' && device.plugin.enriches) return ['cloud']
  return endpoint === undefined ? ['device'] : ['device', 'cloud']
}

/**
 * The channels whose events go to a destination from the cloud, when the event itself does not say who has it: none
 * without a cloud half, all but the devices' in device mode.
 */
export function cloudChannels(
  { device, kind, endpoint }: Pick<Integration, 'device' | 'kind' | 'endpoint'>,
  mode: Mode | null,
): readonly Channel[] {
  if (!device) return ALL_CHANNELS
  if (kind === 'packaged' && endpoint === undefined) return []
  if (mode === 'cloud') return ALL_CHANNELS
  const onDevice = new Set<Channel>(device.sdks.map((sdk) => (sdk === 'browser' ? 'client' : 'mobile')))
  return ALL_CHANNELS.filter((channel) => !onDevice.has(channel))
}
