import { and, asc, eq, gt } from 'drizzle-orm'
import { type Database, destinations, sources } from '../../settings/index.ts'
import { openReplays, replays } from '../replays/index.ts'
import { warehouses } from '../warehouses/index.ts'
import { progress } from './schema.ts'

/**
 * Ids of sources, or of destinations, replays that are not over, sources and warehouses, of all workspaces: the next `most` after one,
 * in their own order.
 */
export async function idsAfter(
  { orm }: Database,
  after: string,
  most: number,
  kinds: 'all' | 'sources',
): Promise<string[]> {
  // Every destination's id (`dst_…`) is less than any replay's (`rpl_…`), that than any source's (`src_…`), and that than any
  // warehouse's (`whs_…`).
  const tables = kinds === 'all' ? [destinations, replays, sources, warehouses] : [sources]
  const ids: string[] = []
  for (const table of tables) {
    if (ids.length >= most) break
    const next = gt(table.id, after)
    const rows = await orm
      .select({ id: table.id })
      .from(table)
      .where(table === replays ? and(next, openReplays) : next)
      .orderBy(asc(table.id))
      .limit(most - ids.length)
    ids.push(...rows.map(({ id }) => id))
  }
  return ids
}

/** How far something has come, empty at its beginning. */
export async function progressOf({ orm }: Database, name: string): Promise<string> {
  const [row] = await orm.select({ value: progress.value }).from(progress).where(eq(progress.name, name))
  return row?.value ?? ''
}

export async function saveProgress({ orm }: Database, name: string, value: string): Promise<void> {
  await orm.insert(progress).values({ name, value }).onConflictDoUpdate({ target: progress.name, set: { value } })
}
