import { and, eq, or } from 'drizzle-orm'
import { type Integration, KINDS, OWN_ENTRIES, SEGMENT_IDS } from '../../integrations/index.ts'
import { type Database, integrations, type Key } from '../../settings/index.ts'
import { circleColumns, type CatalogueEntry, entryOfRow, seenBy } from './circle.ts'

/** What an entry becomes when somebody connects it. */
type ConnectsAs = (typeof KINDS)[Integration['kind']]['connectsAs']

const OWN: readonly CatalogueEntry[] = OWN_ENTRIES.map((one) => ({ ...one, open: true }))

/** All that a workspace finds in the catalogue: our own entries, and those that are open to it. */
export async function listEntries(db: Database, workspaceId: string): Promise<CatalogueEntry[]> {
  const rows = await selectEntries(db, workspaceId).where(seenBy(workspaceId))
  const byName = (a: Integration, b: Integration) => (a.name < b.name || (a.name === b.name && a.id < b.id) ? -1 : 1)
  return [...OWN, ...rows.map(entryOfRow).toSorted(byName)]
}

/** Those of the entries that become this. */
export async function listIntegrations(
  db: Database,
  workspaceId: string,
  connectsAs: ConnectsAs = 'destination',
): Promise<CatalogueEntry[]> {
  return (await listEntries(db, workspaceId)).filter(({ kind }) => KINDS[kind].connectsAs === connectsAs)
}

/** The place of an integration in such a list. */
export function catalogueKey({ id, name }: Integration): Key {
  const ours = OWN_ENTRIES.findIndex((one) => one.id === id)
  return ours === -1 ? [1, name, id] : [0, ours, id]
}

/** An entry by id, slug, or the id that one of our own has at Segment. The id comes first: a slug is its maker's choice and may look like another's id. */
export async function findEntry(
  db: Database,
  workspaceId: string,
  id: string,
  isWanted: (entry: Integration) => boolean = () => true,
): Promise<CatalogueEntry | undefined> {
  const named = or(eq(integrations.id, id), eq(integrations.slug, id))
  const rows = await selectEntries(db, workspaceId).where(and(seenBy(workspaceId), named))
  const all = [...OWN, ...rows.map(entryOfRow)].filter(isWanted)
  const atSegment = Object.hasOwn(SEGMENT_IDS, id) ? SEGMENT_IDS[id] : undefined
  return (
    all.find((one) => one.id === id) ?? all.find((one) => one.slug === id) ?? all.find((one) => one.id === atSegment)
  )
}

/** As `findEntry`, of those that become this. */
export function findIntegration(
  db: Database,
  workspaceId: string,
  id: string,
  connectsAs: ConnectsAs = 'destination',
): Promise<CatalogueEntry | undefined> {
  return findEntry(db, workspaceId, id, ({ kind }) => KINDS[kind].connectsAs === connectsAs)
}

function selectEntries({ orm }: Database, workspaceId: string) {
  return orm.select({ integration: integrations, ...circleColumns(workspaceId) }).from(integrations)
}
