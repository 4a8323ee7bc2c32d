import { and, eq, inArray, or, type SQL, sql } from 'drizzle-orm'
import { type Integration, isOpenTo, type Relation, RELATIONS, statesOpenTo } from '../../integrations/index.ts'
import { destinations, integrationOfRow, type IntegrationRow, integrations } from '../../settings/index.ts'
import { betaGuests } from './schema.ts'

/** An entry of the catalogue, as one workspace finds it. */
export interface CatalogueEntry extends Integration {
  /** Whether the workspace may connect it, and switch it on. */
  open: boolean
  /** What its maker wrote of how it is set up, in Markdown: of one that was asked for by name. */
  docs?: string
}

/** A condition: the workspace has this relation to the integration of the row. */
const HAS: Readonly<Record<Relation, (workspaceId: string) => SQL>> = {
  maker: (workspaceId) => eq(integrations.workspaceId, workspaceId),
  guest: (workspaceId) =>
    sql`EXISTS (SELECT 1 FROM ${betaGuests} WHERE ${betaGuests.integrationId} = ${integrations.id} AND ${betaGuests.workspaceId} = ${workspaceId})`,
  // The table of warehouses is of a feature that stands on this one.
  user: (workspaceId) =>
    sql`(EXISTS (SELECT 1 FROM ${destinations} WHERE ${destinations.integrationId} = ${integrations.id} AND ${destinations.workspaceId} = ${workspaceId}) OR EXISTS (SELECT 1 FROM warehouses WHERE integration_id = ${integrations.id} AND workspace_id = ${workspaceId}))`,
}

/** What `entryOfRow` reads, beside the row. */
export function circleColumns(workspaceId: string) {
  const bit = (relation: Relation, n: number) => sql`CASE WHEN ${HAS[relation](workspaceId)} THEN ${n} ELSE 0 END`
  return {
    relations: sql<number>`${sql.join(
      RELATIONS.map((one, n) => bit(one, 2 ** n)),
      sql` + `,
    )}`,
  }
}

/** A row with `circleColumns`. */
export function entryOfRow({
  integration,
  relations,
  docs,
}: {
  integration: IntegrationRow
  relations: number
  docs?: string | null
}): CatalogueEntry {
  const mine = RELATIONS.filter((_, n) => (relations & (2 ** n)) !== 0)
  const open = isOpenTo(integration.status, 'use', mine, integration.measure)
  return { ...integrationOfRow(integration), open, ...(docs && { docs }) }
}

/** A condition: the workspace finds the integration of the row in its catalogue. */
export function seenBy(workspaceId: string): SQL | undefined {
  const everybody = statesOpenTo('see')
  const ways = RELATIONS.map((relation) => {
    const states = statesOpenTo('see', relation).filter((one) => !everybody.includes(one))
    return and(inArray(integrations.status, states), HAS[relation](workspaceId))
  })
  return or(inArray(integrations.status, everybody), ...ways)
}

/** Why it can be neither connected nor switched on; `undefined`: it can. */
export function closedWords({
  open,
  status,
  name,
  measure,
}: Pick<CatalogueEntry, 'open' | 'status' | 'name' | 'measure'>): string | undefined {
  if (open) return undefined
  if (measure === 'closed' && status !== 'UNAVAILABLE')
    return `${name} takes no new customers at the moment, so only those who have it already may connect it.`
  if (status === 'UNAVAILABLE') return `${name} is not available any more.`
  if (status === 'DEPRECATED') return `${name} is going away, so only those who have it already may connect it.`
  return `${name} is being built, so only its maker may connect it.`
}

/** The same of what is connected already, and is to be switched on again by the workspace. */
export function closedToUser(integration: Integration, workspaceId: string): string | undefined {
  const relations: Relation[] = integration.maker === workspaceId ? ['maker', 'user'] : ['user']
  const open = integration.maker === undefined || isOpenTo(integration.status, 'use', relations, integration.measure)
  return closedWords({ ...integration, open })
}
