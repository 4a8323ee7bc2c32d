import { asc, eq, gt, lt, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { prepared } from './prepared.ts'
import { changes, revision } from './schema.ts'

/** Changes that are read one by one; after more of them an isolate reads everything anew. */
const MOST = 500
/** Those that are kept for isolates that were asked nothing for a while. */
const KEPT = 10_000

export type SettingsChange = typeof changes.$inferSelect

/** The number of the newest change, a row with one value. No row: nothing was changed yet. */
export const readRevision = prepared((orm) =>
  orm.select({ value: revision.value }).from(revision).where(eq(revision.id, 1)),
)

const changesAfter = prepared((orm) =>
  orm
    .select()
    .from(changes)
    .where(gt(changes.revision, sql.placeholder('since')))
    .orderBy(asc(changes.revision))
    .limit(MOST + 1),
)

/** What has changed since a revision, without a gap; `undefined`: that is too much, or no longer known. */
export async function changesSince(db: Database, since: number): Promise<SettingsChange[] | undefined> {
  const rows = await changesAfter(db, { since })
  const whole = rows.every((row, index) => row.revision === since + 1 + index)
  return whole && rows.length > 0 && rows.length <= MOST ? rows : undefined
}

/** Removes what no isolate asks for any more. Hourly. */
export async function trimChanges({ orm }: Database): Promise<void> {
  const oldest = orm
    .select({ value: sql`${revision.value} - ${KEPT}` })
    .from(revision)
    .where(eq(revision.id, 1))
  await orm.delete(changes).where(lt(changes.revision, sql`(${oldest})`))
}
