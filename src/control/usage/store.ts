import { and, eq, lt, sql } from 'drizzle-orm'
import { DAY_MS, KEPT_MS, type UsageDay } from '../../statistics/index.ts'
import { type Database, sources } from '../../settings/index.ts'
import { usageDays } from './schema.ts'

/** Figures only grow: a write that comes late takes nothing back. */
const larger = (column: string) => sql.raw(`${column} = max(usage_days.${column}, excluded.${column})`)
const FIGURES = ['requests', 'received', 'duplicates', 'rejected', 'archived'] as const

/** Notes what a source took in on some days, and drops what of its workspace is too old; `false`: there is no such source. */
export async function writeUsage(
  { orm, ctx }: Database,
  sourceId: string,
  days: readonly UsageDay[],
): Promise<boolean> {
  const workspace = orm.select({ id: sources.workspaceId }).from(sources).where(eq(sources.id, sourceId))
  const oldest = Math.floor((ctx.now() - KEPT_MS.day) / DAY_MS)
  const [written] = await orm.batch([
    orm.all<{ day: number }>(sql`
      insert into ${usageDays} (workspace_id, day, source_id, ${sql.raw(FIGURES.join(', '))})
      select s.workspace_id, d.value ->> 'day', s.id, ${sql.raw(FIGURES.map((name) => `d.value ->> '${name}'`).join(', '))}
      from ${sources} s, json_each(${JSON.stringify(days)}) d where s.id = ${sourceId}
      on conflict (workspace_id, day, source_id) do update set ${sql.join(FIGURES.map(larger), sql`, `)}
      returning day`),
    orm.delete(usageDays).where(and(eq(usageDays.workspaceId, sql`(${workspace})`), lt(usageDays.day, oldest))),
  ])
  return written.length > 0
}
