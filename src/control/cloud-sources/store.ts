import { and, eq, sql } from 'drizzle-orm'
import type { PullReport } from '../../pull/index.ts'
import { type Database, sources } from '../../settings/index.ts'
import type { CloudSourceRow } from './queries.ts'
import { cloudSources } from './schema.ts'

type Written = Pick<CloudSourceRow, 'settings' | 'secrets' | 'secretsKeyId' | 'leftOut' | 'paused'>

/** `undefined`: it was changed meanwhile. `before`: the version that it had; 0: there was none. */
export async function putCloudSource(
  { orm, ctx }: Database,
  sourceId: string,
  before: number,
  written: Written,
): Promise<CloudSourceRow | undefined> {
  const now = ctx.now()
  if (before === 0) {
    // Greater than of any connection before: its object tells by it that it is another.
    const row = { sourceId, ...written, version: now, createdAt: now, updatedAt: now }
    const [made] = await orm.insert(cloudSources).values(row).onConflictDoNothing().returning()
    return made
  }
  const [changed] = await orm
    .update(cloudSources)
    .set({ ...written, version: before + 1, updatedAt: now })
    .where(and(eq(cloudSources.sourceId, sourceId), eq(cloudSources.version, before)))
    .returning()
  return changed
}

export async function deleteCloudSource({ orm }: Database, sourceId: string): Promise<void> {
  await orm.delete(cloudSources).where(eq(cloudSources.sourceId, sourceId))
}

/** Unless something newer is known of it. */
export async function updatePullReport({ orm }: Database, sourceId: string, report: PullReport): Promise<void> {
  const at = sql`coalesce(${cloudSources.report} ->> 'at', 0)`
  await orm
    .update(cloudSources)
    .set({ report })
    .where(
      and(
        eq(cloudSources.sourceId, sourceId),
        sql`${at} <= ${report.at}`,
        sql`exists (select 1 from ${sources} where ${sources.id} = ${sourceId})`,
      ),
    )
}
