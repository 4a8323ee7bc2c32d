import { endpointIn } from '../../integrations/index.ts'
import type { IntegrationRow } from '../../settings/index.ts'

/** Where destinations send that would be another origin than before: regions by id, and the endpoint of all others. */
export interface MovedPlaces {
  regions: string[]
  /** Those that have chosen none of these send to the endpoint, which moves. */
  others: { known: string[] } | undefined
}

/** `undefined`: none moves. */
export function movedPlaces(before: Places, after: Places): MovedPlaces | undefined {
  const known = [...new Set([...(before.regions ?? []), ...(after.regions ?? [])].map(({ id }) => id))]
  const isMoved = (region: string | null) => originAt(before, region) !== originAt(after, region)
  const moved = { regions: known.filter(isMoved), others: isMoved(null) ? { known } : undefined }
  return moved.regions.length > 0 || moved.others ? moved : undefined
}

type Places = Pick<IntegrationRow, 'endpoint' | 'regions'>

/** Where a destination that has chosen this region sends: an origin, as `URL` has it. */
export function originAt({ endpoint, regions }: Places, region: string | null): string | undefined {
  return originOf(endpointIn({ regions: regions ?? [], ...(endpoint !== null && { endpoint }) }, region))
}

/** Host, port and scheme. */
function originOf(endpoint: string | null | undefined): string | undefined {
  return endpoint ? new URL(endpoint).origin : undefined
}
