import { and, eq, inArray, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import { type Listed, mapPage, type Page, readPage } from '../settings/index.ts'
import type { Accounts } from './accounts.ts'
import { choicesOf, type SourceChoice } from './granted.ts'
import type { Role } from './roles.ts'
import { apiTokens, invites, members, sessions, users } from './schema.ts'
import { refusal } from '../refusal.ts'

export interface Member {
  userId: string
  name: string
  email: string
  role: Role
  /** For a source admin: the sources that were granted. */
  sources: string[]
  /** Their names. */
  sourceNames: string[]
  twoFactor: boolean
  joinedAt: number
}

/** Names of the granted sources, as a JSON list. */
const GRANTED = sql<string>`(SELECT json_group_array(name) FROM sources WHERE id IN (SELECT value FROM json_each(${members.sources})))`

const COLUMNS = {
  userId: members.userId,
  name: users.name,
  email: users.email,
  role: members.role,
  sources: members.sources,
  sourceNames: GRANTED,
  twoFactor: users.twoFactorEnabled,
  joinedAt: members.createdAt,
}

/** Those who joined first come first. One query. */
export async function listMembers(
  { db }: Accounts,
  workspaceId: string,
  page: Page,
): Promise<Listed<Member> & { choices: SourceChoice[] }> {
  const mine = eq(members.workspaceId, workspaceId)
  const listed = await readPage({ columns: [members.createdAt, members.userId] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      db.orm
        .select({ ...COLUMNS, choices: once(choicesOf(workspaceId), orderBy), ...sums })
        .from(members)
        .innerJoin(users, eq(users.id, members.userId))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => db.orm.select(sums).from(members).innerJoin(users, eq(users.id, members.userId)).where(mine),
    keyOf: ({ joinedAt, userId }) => [joinedAt, userId],
  })
  const choices = listed.lines.find((line) => line.choices !== null)?.choices ?? '[]'
  return { ...mapPage(listed, fromRow), choices: JSON.parse(choices) as SourceChoice[] }
}

/** How many there are, and how many more were asked to come. One query. */
export async function countMembers(
  { db }: Pick<Accounts, 'db'>,
  workspaceId: string,
): Promise<{ members: number; invited: number }> {
  const [row] = await db.orm
    .select({
      members: sql<number>`count(*)`,
      invited: sql<number>`(SELECT count(*) FROM ${invites} WHERE ${invites.workspaceId} = ${workspaceId})`,
    })
    .from(members)
    .where(eq(members.workspaceId, workspaceId))
  return row ?? { members: 0, invited: 0 }
}

/** A column whose value is the same in all rows: only the first of them carries it, the others `NULL`. */
function once(value: SQL<string>, orderBy: readonly SQL[]): SQL<string | null> {
  return sql<string | null>`iif(row_number() OVER (ORDER BY ${sql.join([...orderBy], sql`, `)}) = 1, ${value}, NULL)`
}

/** One member; `elsewhere`: the person belongs to other workspaces too. */
export async function getMember(
  { db }: Accounts,
  workspaceId: string,
  userId: string,
): Promise<(Member & { elsewhere: boolean; choices: SourceChoice[] }) | undefined> {
  const memberships = sql<number>`(SELECT count(*) FROM members AS others WHERE others.user_id = ${members.userId})`
  const [row] = await db.orm
    .select({ ...COLUMNS, memberships, choices: choicesOf(workspaceId) })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(isMember(workspaceId, userId))
  if (!row) return undefined
  const { memberships: count, choices, ...rest } = row
  return { ...fromRow(rest), elsewhere: count > 1, choices: JSON.parse(choices) as SourceChoice[] }
}

function fromRow({
  userId,
  name,
  email,
  role,
  sources,
  joinedAt,
  ...row
}: Omit<Member, 'sourceNames' | 'twoFactor'> & { sourceNames: string; twoFactor: boolean | null }): Member {
  return {
    userId,
    name,
    email,
    role,
    sources,
    joinedAt,
    sourceNames: JSON.parse(row.sourceNames) as string[],
    twoFactor: row.twoFactor === true,
  }
}

/** What a member may do. */
export interface Rights {
  role: Role
  /** For a source admin: the sources that were granted. */
  sources: string[]
}

/** Throws `Refusal` 404, or 409 when the workspace would have no owner left. */
export async function setRights(
  { db }: Accounts,
  workspaceId: string,
  userId: string,
  { role, sources }: Rights,
): Promise<void> {
  const may = role === 'owner' ? isMember(workspaceId, userId) : and(isMember(workspaceId, userId), NOT_THE_LAST_OWNER)
  const changed = await db.orm
    .update(members)
    .set({ role, sources: role === 'source-admin' ? sources : [] })
    .where(may)
    .returning({ userId: members.userId })
  if (changed.length === 0) await explain(db, workspaceId, [userId])
}

/** Adds to rights that are still those of `before`; `false`: they are others by now. Nobody loses anything by it. */
export async function raiseRights(
  { db }: Accounts,
  workspaceId: string,
  userId: string,
  { before, after }: { before: Rights; after: Rights },
): Promise<boolean> {
  const same = and(eq(members.role, before.role), eq(members.sources, before.sources))
  const changed = await db.orm
    .update(members)
    .set({ role: after.role, sources: after.role === 'source-admin' ? after.sources : [] })
    .where(and(isMember(workspaceId, userId), same))
    .returning({ userId: members.userId })
  return changed.length > 0
}

/**
 * Of one or several persons, all or none of them. They keep their accounts and their other workspaces; the API tokens
 * that they made here end, for good. Throws `Refusal` 404 when one is no member, or 409 when the workspace would have no
 * owner left.
 */
export async function endMemberships({ db }: Accounts, workspaceId: string, userIds: readonly string[]): Promise<void> {
  const named = (column: SQLWrapper) => sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`
  const mine = sql`others.workspace_id = ${workspaceId}`
  const going = sql`FROM members AS others WHERE ${mine} AND ${named(sql`others.user_id`)}`
  const staying = sql`FROM members AS others WHERE ${mine} AND NOT ${named(sql`others.user_id`)}`
  // In the statement itself: of two owners who remove each other at the same moment one stays.
  const may = and(
    sql`(SELECT count(*) ${going}) = ${new Set(userIds).size}`,
    sql`(NOT EXISTS (SELECT 1 ${going} AND others.role = 'owner') OR EXISTS (SELECT 1 ${staying} AND others.role = 'owner'))`,
  )
  const [gone] = await db.orm.batch([
    db.orm
      .delete(members)
      .where(and(eq(members.workspaceId, workspaceId), named(members.userId), may))
      .returning({ userId: members.userId }),
    db.orm
      .update(sessions)
      .set({ workspaceId: null })
      .where(and(named(sessions.userId), eq(sessions.workspaceId, workspaceId), HAS_LEFT)),
    db.orm
      .delete(apiTokens)
      .where(and(eq(apiTokens.workspaceId, workspaceId), named(apiTokens.madeBy), NO_LONGER_THERE)),
  ])
  if (gone.length === 0) await explain(db, workspaceId, userIds)
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

const NO_LONGER_THERE = sql`NOT EXISTS (SELECT 1 FROM members WHERE members.workspace_id = ${apiTokens.workspaceId} AND members.user_id = ${apiTokens.madeBy})`

/** Whose session looks at a workspace that they belong to no more. */
const HAS_LEFT = sql`NOT EXISTS (SELECT 1 FROM members WHERE members.workspace_id = sessions.workspace_id AND members.user_id = sessions.user_id)`

async function explain(db: Accounts['db'], workspaceId: string, userIds: readonly string[]): Promise<never> {
  const rows = await db.orm
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.workspaceId, workspaceId), inArray(members.userId, [...userIds])))
  const missing = userIds.filter((id) => rows.every(({ userId }) => userId !== id))
  if (missing.length > 0) throw refusal(404, `There is no member ${missing.join(', ')}.`)
  throw refusal(409, 'This is the only owner. Make somebody else an owner first.', 'role')
}
