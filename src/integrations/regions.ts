import type { Integration } from './integration.ts'

/** A place where a partner listens besides its endpoint: a customer chooses one for each destination. */
export interface Region {
  /** Names it in the API, and stays with the destinations that chose it. */
  id: string
  name: string
  endpoint: string
}

/** Where the events of a destination go; `region`: the one that it chose, `null`: none. One that is no more is none. */
export function endpointIn(
  { endpoint, regions }: Pick<Integration, 'endpoint' | 'regions'>,
  region: string | null,
): string | undefined {
  return regions?.find(({ id }) => id === region)?.endpoint ?? endpoint
}
