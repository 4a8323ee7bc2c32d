import { cloudChannels, type Mode } from './device.ts'
import { directRequests } from './direct.ts'
import { type BuildRequests, type Integration, InvalidSettings, type Kind } from './integration.ts'
import { webhookRequests } from './webhook.ts'

/** What brings events to a destination: `lane` sends them from the cloud, `device` is its own code in the page or app. */
export type CarrierName = 'lane' | 'device'

interface KindFacts {
  /**
   * What it becomes when somebody connects it: one source has a destination, a warehouse has any number of them. `null`: it
   * is not connected here, it explains how it is connected to a warehouse.
   */
  connectsAs: 'destination' | 'warehouse' | null
  /** Those that a destination of this kind can have, the one that its pages show before the others. */
  carriers: readonly CarrierName[]
  /** How its lane sends an event. */
  requests: BuildRequests
  /** Whether a partner says where events are sent, and what runs on devices. */
  endpoint: 'required' | 'optional' | 'none'
  device: 'required' | 'none'
  /** Whether it says by which connector it is loaded; and as a tool, what it reads. */
  warehouse: 'required' | 'none'
  bi: 'required' | 'none'
  /** Who answers for it, as the Public API has it. */
  owner: 'SEGMENT' | 'PARTNER'
}

export const KINDS: Record<Kind, KindFacts> = {
  webhook: {
    connectsAs: 'destination',
    carriers: ['lane'],
    requests: webhookRequests,
    endpoint: 'none',
    device: 'none',
    warehouse: 'none',
    bi: 'none',
    owner: 'SEGMENT',
  },
  direct: {
    connectsAs: 'destination',
    carriers: ['lane'],
    requests: directRequests,
    endpoint: 'required',
    device: 'none',
    warehouse: 'none',
    bi: 'none',
    owner: 'PARTNER',
  },
  packaged: {
    connectsAs: 'destination',
    carriers: ['lane', 'device'],
    requests: directRequests,
    endpoint: 'optional',
    device: 'required',
    warehouse: 'none',
    bi: 'none',
    owner: 'PARTNER',
  },
  // Not an event at a time: a sync loads what the sources’ logs have.
  warehouse: {
    connectsAs: 'warehouse',
    carriers: [],
    requests: () => Promise.reject(new InvalidSettings('A warehouse is sent no requests.')),
    endpoint: 'none',
    device: 'none',
    warehouse: 'required',
    bi: 'none',
    owner: 'SEGMENT',
  },
  // Reads a warehouse by itself.
  bi: {
    connectsAs: null,
    carriers: [],
    requests: () => Promise.reject(new InvalidSettings('A tool that reads warehouses is sent no requests.')),
    endpoint: 'none',
    device: 'none',
    warehouse: 'none',
    bi: 'required',
    owner: 'PARTNER',
  },
}

const CARRIES: Record<CarrierName, (integration: Integration, mode: Mode | null) => boolean> = {
  lane: (integration, mode) => cloudChannels(integration, mode).length > 0,
  device: ({ device }) => device !== undefined,
}

/** What carries a destination in this mode. Of a kind all are told of changes, since each may still owe something. */
export function carriersOf(integration: Integration, mode: Mode | null): CarrierName[] {
  return KINDS[integration.kind].carriers.filter((name) => CARRIES[name](integration, mode))
}
