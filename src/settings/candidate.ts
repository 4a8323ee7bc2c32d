import { EVENT_TYPES } from '../event/index.ts'
import { cloudChannels, type Integration, type SettingsValues } from '../integrations/index.ts'
import type { Candidate, Destination } from './types.ts'

type Known = Pick<Integration, 'name' | 'supports' | 'device' | 'kind' | 'endpoint'>

/** What matching goes by, of a destination in the plan and of one that is only being tested alike. */
export function candidateOf({
  integration,
  mode,
  settings,
}: Pick<Destination, 'mode' | 'settings'> & { integration: Known }): Candidate {
  const { name, device } = integration
  const supports = callsWanted(integration, settings)
  return { integration: { name, supports, ...(device && { device }) }, channels: cloudChannels(integration, mode) }
}

/** Of a webhook those that its owner has chosen: without any, all. */
function callsWanted({ kind, supports }: Known, { calls }: SettingsValues): Known['supports'] {
  if (kind !== 'webhook' || !Array.isArray(calls) || calls.length === 0) return supports
  return EVENT_TYPES.filter((type) => supports.includes(type) && calls.includes(type))
}
