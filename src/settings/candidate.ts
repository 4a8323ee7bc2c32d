import { cloudChannels } from '../integrations/index.ts'
import type { Candidate, Destination } from './types.ts'

/** What matching goes by, of a destination in the plan and of one that is only being tested alike. */
export function candidateOf({ integration, mode }: Pick<Destination, 'integration' | 'mode'>): Candidate {
  return { integration, channels: cloudChannels(integration, mode) }
}
