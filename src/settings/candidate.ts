import { cloudChannels, type Integration } from '../integrations/index.ts'
import type { Candidate, Destination } from './types.ts'

type Known = Pick<Integration, 'name' | 'supports' | 'device' | 'kind' | 'endpoint'>

/** What matching goes by, of a destination in the plan and of one that is only being tested alike. */
export function candidateOf({ integration, mode }: Pick<Destination, 'mode'> & { integration: Known }): Candidate {
  const { name, supports, device } = integration
  return { integration: { name, supports, ...(device && { device }) }, channels: cloudChannels(integration, mode) }
}
