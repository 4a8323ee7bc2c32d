import { and, eq, inArray, sql } from 'drizzle-orm'
import { type Listed, mapPage, type Page, readPage, SettingsError, sources } from '../settings/index.ts'
import type { Accounts } from './accounts.ts'
import type { Role } from './roles.ts'
import { members, sessions, users } from './schema.ts'

export interface Member {
  userId: string
  name: string
  email: string
  role: Role
  /** For a source admin: the sources that were granted. */
  sources: string[]
  sourceSlugs: string[]
  twoFactor: boolean
  joinedAt: number
}

/** Slugs of the granted sources, for people to read. */
const GRANTED = sql<
  string | null
>`(SELECT group_concat(slug, ' ') FROM sources WHERE id IN (SELECT value FROM json_each(${members.sources})))`

const COLUMNS = {
  userId: members.userId,
  name: users.name,
  email: users.email,
  role: members.role,
  sources: members.sources,
  sourceSlugs: GRANTED,
  twoFactor: users.twoFactorEnabled,
  joinedAt: members.createdAt,
}

/** Those who joined first come first. One query. */
export async function listMembers({ db }: Accounts, workspaceId: string, page: Page): Promise<Listed<Member>> {
  const mine = eq(members.workspaceId, workspaceId)
  const listed = await readPage({ columns: [members.createdAt, members.userId] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ ...COLUMNS, ...sums })
        .from(members)
        .innerJoin(users, eq(users.id, members.userId))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(members).innerJoin(users, eq(users.id, members.userId)).where(mine),
    keyOf: ({ joinedAt, userId }) => [joinedAt, userId],
  })
  return mapPage(listed, fromRow)
}

/** One member; `elsewhere`: the person belongs to other workspaces too. */
export async function getMember(
  { db }: Accounts,
  workspaceId: string,
  userId: string,
): Promise<(Member & { elsewhere: boolean }) | undefined> {
  const memberships = sql<number>`(SELECT count(*) FROM members AS others WHERE others.user_id = ${members.userId})`
  const [row] = await db.orm
    .select({ ...COLUMNS, memberships })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(isMember(workspaceId, userId))
  if (!row) return undefined
  const { memberships: count, ...rest } = row
  return { ...fromRow(rest), elsewhere: count > 1 }
}

function fromRow(
  row: Omit<Member, 'sourceSlugs' | 'twoFactor'> & { sourceSlugs: string | null; twoFactor: boolean | null },
): Member {
  return { ...row, sourceSlugs: row.sourceSlugs?.split(' ') ?? [], twoFactor: row.twoFactor === true }
}

/**
 * Ids of sources by their slugs, as people write them. Throws `SettingsError` 400 with the field `sources` when one is
 * none of the workspace's.
 */
export async function sourcesBySlug(
  { db }: Accounts,
  workspaceId: string,
  slugs: readonly string[],
): Promise<string[]> {
  if (slugs.length === 0) throw new SettingsError(400, 'Name at least one source.', 'sources')
  if (slugs.length > 50) throw new SettingsError(400, 'At most 50 sources.', 'sources')
  const rows = await db.orm
    .select({ id: sources.id, slug: sources.slug })
    .from(sources)
    .where(and(eq(sources.workspaceId, workspaceId), inArray(sources.slug, [...slugs])))
  const missing = slugs.filter((slug) => rows.every((row) => row.slug !== slug))
  if (missing.length > 0) throw new SettingsError(400, `There is no source ${missing.join(', ')}.`, 'sources')
  return rows.map(({ id }) => id)
}

/** Throws `SettingsError` 404, or 409 when the workspace would have no owner left. */
export async function changeMember(
  { db }: Accounts,
  workspaceId: string,
  userId: string,
  { role, sources }: { role: Role; sources: string[] },
): Promise<void> {
  const may = role === 'owner' ? isMember(workspaceId, userId) : and(isMember(workspaceId, userId), NOT_THE_LAST_OWNER)
  const changed = await db.orm
    .update(members)
    .set({ role, sources: role === 'source-admin' ? sources : [] })
    .where(may)
    .returning({ userId: members.userId })
  if (changed.length === 0) await explain(db, workspaceId, userId)
}

/** The person keeps their account and their other workspaces. Throws as `changeMember` does. */
export async function removeMember({ db }: Accounts, workspaceId: string, userId: string): Promise<void> {
  const [gone] = await db.orm.batch([
    db.orm
      .delete(members)
      .where(and(isMember(workspaceId, userId), NOT_THE_LAST_OWNER))
      .returning({ userId: members.userId }),
    db.orm
      .update(sessions)
      .set({ workspaceId: null })
      .where(and(eq(sessions.userId, userId), eq(sessions.workspaceId, workspaceId))),
  ])
  if (gone.length === 0) await explain(db, workspaceId, userId)
}

/** Whether anybody owns the workspace. */
export async function hasOwner({ db }: Pick<Accounts, 'db'>, workspaceId: string): Promise<boolean> {
  const [row] = await db.orm
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), eq(members.role, 'owner')))
    .limit(1)
  return row !== undefined
}

function isMember(workspaceId: string, userId: string) {
  return and(eq(members.workspaceId, workspaceId), eq(members.userId, userId))
}

/** In the statement itself: two owners who demote each other at the same moment must not both succeed. */
const NOT_THE_LAST_OWNER = sql`(${members.role} <> 'owner' OR (SELECT count(*) FROM members AS others WHERE others.workspace_id = ${members.workspaceId} AND others.role = 'owner') > 1)`

async function explain(db: Accounts['db'], workspaceId: string, userId: string): Promise<never> {
  const [row] = await db.orm.select({ role: members.role }).from(members).where(isMember(workspaceId, userId))
  if (!row) throw new SettingsError(404, `There is no member ${userId}.`)
  throw new SettingsError(409, 'This is the only owner. Make somebody else an owner first.', 'role')
}
