import { and, eq, lt, sql } from 'drizzle-orm'
import { DAY_MS, KEPT_MS, type UsageDay } from '../../statistics/index.ts'
import { type Database, sources } from '../../settings/index.ts'
import { usageDays } from './schema.ts'

const { workspaceId, day, sourceId } = usageDays
const COUNTED = ['requests', 'received', 'duplicates', 'rejected', 'archived', 'identified', 'anonymous'] as const
/** What is noted, in the order of the table's columns, by what it is called there. */
const COLUMNS = {
  ...Object.fromEntries(COUNTED.map((name) => [name, name])),
  anonymousIdentified: 'anonymous_identified',
}
const FIGURES = Object.keys(COLUMNS)
/** Figures only grow: a write that comes late takes nothing back. */
const LARGER = Object.fromEntries(
  Object.entries(COLUMNS).map(([name, column]) => [name, sql.raw(`max(usage_days.${column}, excluded.${column})`)]),
)

/** Notes what a source took in on some days, and drops what of its workspace is too old; `false`: there is no such source. */
export async function writeUsage({ orm, ctx }: Database, id: string, days: readonly UsageDay[]): Promise<boolean> {
  const oldest = Math.floor((ctx.now() - KEPT_MS.day) / DAY_MS)
  const workspace = orm.select({ id: sources.workspaceId }).from(sources).where(eq(sources.id, id))
  // In the order of the table's columns.
  const rows = sql`select s.workspace_id, d.value ->> 'day', s.id, ${sql.raw(FIGURES.map((name) => `d.value ->> '${name}'`).join(', '))}
    from ${sources} s, json_each(${JSON.stringify(days)}) d where s.id = ${id}`
  const [written] = await orm.batch([
    orm
      .insert(usageDays)
      .select(rows)
      .onConflictDoUpdate({ target: [workspaceId, day, sourceId], set: LARGER })
      .returning({ day }),
    orm.delete(usageDays).where(and(eq(workspaceId, sql`${workspace}`), lt(day, oldest))),
  ])
  return written.length > 0
}
