import {
  BUILT_IN,
  CATEGORY_OF_KIND,
  connectorFields,
  type Integration,
  OWN_ENTRIES,
  withPresets,
} from '../integrations/index.ts'
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
  'name' | 'kind' | 'supports' | 'endpoint' | 'device' | 'rate' | 'maxInFlight' | 'timeoutMs'
>

/** The columns of it. */
export type CoreRow = Pick<
  IntegrationRow,
  'name' | 'kind' | 'supports' | 'endpoint' | 'device' | 'rate' | 'maxInFlight'
>

/** As `resolveIntegration`. */
export function resolveCore(id: string, row: CoreRow | null): IntegrationCore | undefined {
  return BUILT_IN.find((one) => one.id === id) ?? (row ? coreOf(row) : undefined)
}

function coreOf({ name, kind, supports, endpoint, device, rate, maxInFlight }: CoreRow): IntegrationCore {
  return {
    name,
    kind,
    supports,
    rate,
    maxInFlight,
    timeoutMs: PARTNER_TIMEOUT_MS,
    ...(endpoint !== null && { endpoint }),
    ...(device !== null && { device }),
  }
}

/** An integration that a workspace has made, as everybody sees it. */
export function integrationOfRow(row: IntegrationRow): Integration {
  const { id, slug, description, status, workspaceId: maker, warehouse, bi } = row
  // A partner cannot say yet where its integration belongs.
  const categories = [CATEGORY_OF_KIND[row.kind]] as const
  const fields = warehouse ? withPresets(connectorFields(warehouse.connector), warehouse.settings) : row.fields
  const halves = { ...(warehouse && { warehouse }), ...(bi && { bi }) }
  return { id, slug, description, status, maker, categories, fields, ...halves, ...coreOf(row) }
}
