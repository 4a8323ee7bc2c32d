import { and, eq, sql } from 'drizzle-orm'
import type { PullReport } from '../../pull/index.ts'
import { type Database, sources } from '../../settings/index.ts'
import type { CloudSourceRow } from './queries.ts'
import { cloudSources } from './schema.ts'

const json = (value: unknown) => sql`${JSON.stringify(value)}`

type Written = Pick<CloudSourceRow, 'settings' | 'secrets' | 'secretsKeyId' | 'leftOut' | 'added' | 'paused'>

/** `undefined`: it was changed meanwhile, or its source is gone. `before`: the version that it had; 0: there was none. */
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
    // Its source may be deleted while it is being connected: then nothing of it stays.
    const [made] = await orm
      .insert(cloudSources)
      .select(
        orm
          .select({
            sourceId: sources.id,
            settings: json(row.settings).as('settings'),
            secrets: sql`${row.secrets}`.as('secrets'),
            secretsKeyId: sql`${row.secretsKeyId}`.as('secrets_key_id'),
            leftOut: json(row.leftOut).as('left_out'),
            added: json(row.added).as('added'),
            paused: sql`${Number(row.paused)}`.as('paused'),
            report: sql`null`.as('report'),
            version: sql`${row.version}`.as('version'),
            createdAt: sql`${now}`.as('created_at'),
            updatedAt: sql`${now}`.as('updated_at'),
          })
          .from(sources)
          .where(eq(sources.id, sourceId)),
      )
      .onConflictDoNothing()
      .returning()
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
