import {
  BUILT_IN,
  CATEGORY_OF_KIND,
  connectorFields,
  endpointIn,
  type Integration,
  OWN_ENTRIES,
  withPresets,
} from '../integrations/index.ts'
import { commonRegions } from './rollout.ts'
import type { integrations } from './schema.ts'

const PARTNER_TIMEOUT_MS = 10_000

export type IntegrationRow = typeof integrations.$inferSelect

/** The integration that the row of a destination or warehouse names, from the row joined to it or from our own. */
export function resolveIntegration(id: string, row: IntegrationRow | null): Integration | undefined {
  return OWN_ENTRIES.find((one) => one.id === id) ?? (row ? integrationOfRow(row) : undefined)
}

/** What events and devices need of an integration: nothing that is for people, which may be long. */
export type IntegrationCore = Pick<
  Integration,
  'name' | 'kind' | 'supports' | 'endpoint' | 'device' | 'rate' | 'maxInFlight' | 'batch' | 'timeoutMs'
>

/** The columns of it. */
export type CoreRow = Pick<
  IntegrationRow,
  'name' | 'kind' | 'supports' | 'endpoint' | 'regions' | 'device' | 'rate' | 'maxInFlight' | 'batch'
>

/** As `resolveIntegration`, with the endpoint of the region that a destination has chosen. */
export function resolveCore(id: string, row: CoreRow | null, region: string | null): IntegrationCore | undefined {
  return BUILT_IN.find((one) => one.id === id) ?? (row ? coreOf(row, region) : undefined)
}

function coreOf(row: CoreRow, region: string | null): IntegrationCore {
  const { name, kind, supports, device, rate, maxInFlight, batch } = row
  const endpoint = endpointIn(
    { regions: row.regions ?? [], ...(row.endpoint !== null && { endpoint: row.endpoint }) },
    region,
  )
  return {
    name,
    kind,
    supports,
    rate,
    maxInFlight,
    batch,
    timeoutMs: PARTNER_TIMEOUT_MS,
    ...(endpoint !== undefined && { endpoint }),
    ...(device !== null && { device }),
  }
}

/** An integration that a workspace has made, as everybody sees it. */
export function integrationOfRow(row: IntegrationRow): Integration {
  const {
    id,
    slug,
    description,
    status,
    workspaceId: maker,
    warehouse,
    bi,
    rollout,
    site,
    support,
    logoAt,
    markAt,
    measure,
  } = row
  const regions = rollout ? commonRegions(row.regions, rollout.sent.regions) : row.regions
  const [first = CATEGORY_OF_KIND[row.kind], ...others] = row.categories ?? []
  const fields = warehouse ? withPresets(connectorFields(warehouse.connector), warehouse.settings) : row.fields
  const halves = { ...(warehouse && { warehouse }), ...(bi && { bi }) }
  const words = {
    ...(site !== '' && { site }),
    ...(support !== '' && { support }),
    ...(logoAt !== null && { logoAt }),
    ...(markAt !== null && { markAt }),
    ...(measure !== null && { measure }),
  }
  return {
    id,
    slug,
    description,
    status,
    maker,
    categories: [first, ...others],
    fields,
    ...words,
    ...halves,
    ...(regions && { regions }),
    ...coreOf(row, null),
  }
}
