import { and, eq, gt, inArray } from 'drizzle-orm'
import { type Database, sources } from '../settings/index.ts'
import { extentOf } from './roles.ts'
import { members, sessions } from './schema.ts'

/**
 * Of these sessions those that are good and whose person may read the events of a source: for what goes on after the
 * guard has let it in. One query.
 */
export async function mayStillWatch(
  { orm, ctx }: Database,
  sourceId: string,
  sessionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await orm
    .select({ id: sessions.id, role: members.role })
    .from(sessions)
    .innerJoin(sources, eq(sources.id, sourceId))
    .innerJoin(members, and(eq(members.userId, sessions.userId), eq(members.workspaceId, sources.workspaceId)))
    // There are eighty at most (`MOST_WATCHERS`); a statement of D1 has room for a hundred values.
    .where(and(inArray(sessions.id, [...sessionIds]), gt(sessions.expiresAt, new Date(ctx.now()))))
  return new Set(rows.filter(({ role }) => extentOf(role, 'events:read') === 'all').map(({ id }) => id))
}
