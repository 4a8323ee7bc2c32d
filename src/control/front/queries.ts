import { type Integration, isLive } from '../../integrations/index.ts'
import type { Database } from '../../settings/index.ts'
import { type CatalogueEntry, findEntry, listEntries } from '../catalogue/index.ts'

/** Nobody's: what is seen from here everybody sees. */
const NO_WORKSPACE = ''

/** All that is live, for everybody. One query. */
export async function listLive(db: Database): Promise<Integration[]> {
  return (await listEntries(db, NO_WORKSPACE)).filter(isLive)
}

/** One of these by its slug. */
export function findLive(db: Database, slug: string): Promise<CatalogueEntry | undefined> {
  return findEntry(db, NO_WORKSPACE, slug, isLive)
}
