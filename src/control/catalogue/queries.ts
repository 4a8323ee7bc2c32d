import { and, eq, or } from 'drizzle-orm'
import { BUILT_IN, type Integration } from '../../integrations/index.ts'
import { type Database, integrationOfRow, integrations, type Key } from '../../settings/index.ts'

/** What a workspace may connect: our own entries, those that are public, and those it made. */
export async function listIntegrations({ orm }: Database, workspaceId: string): Promise<Integration[]> {
  const rows = await orm.select().from(integrations).where(visibleTo(workspaceId))
  const byName = (a: Integration, b: Integration) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1)
  return [...BUILT_IN, ...rows.map(integrationOfRow).toSorted(byName)]
}

/** The place of an integration in that list. */
export function catalogueKey({ id, name }: Integration): Key {
  const ours = BUILT_IN.findIndex((one) => one.id === id)
  return ours === -1 ? [1, name, id] : [0, ours, id]
}

/** By id or slug. The id comes first: a slug is its maker's choice and may look like another's id. */
export async function findIntegration(
  { orm }: Database,
  workspaceId: string,
  id: string,
): Promise<Integration | undefined> {
  const named = or(eq(integrations.id, id), eq(integrations.slug, id))
  const rows = await orm
    .select()
    .from(integrations)
    .where(and(visibleTo(workspaceId), named))
  const all = [...BUILT_IN, ...rows.map(integrationOfRow)]
  return all.find((one) => one.id === id) ?? all.find((one) => one.slug === id)
}

function visibleTo(workspaceId: string) {
  return or(eq(integrations.workspaceId, workspaceId), eq(integrations.status, 'PUBLIC'))
}
