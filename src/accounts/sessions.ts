import { and, asc, desc, eq, gt, ne, sql } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import { workspaces } from '../settings/index.ts'
import { type Access, deploymentRoleOf, type Membership, type Person } from './access.ts'
import type { Accounts } from './accounts.ts'
import { sessionToken } from './cookies.ts'
import { members, reviewers, sessions, users } from './schema.ts'

/** Who is signed in, with every membership: one query. */
export async function signedIn(
  c: HonoContext,
  accounts: Accounts,
): Promise<{ person: Person; access?: Access } | undefined> {
  const token = await sessionToken(c, accounts)
  if (token === undefined) return undefined
  const rows = await accounts.db.orm
    .select({
      session: sessions,
      user: users,
      member: members,
      workspaceName: workspaces.name,
      reviewer: reviewers.userId,
      unread: accounts.unread?.(members.workspaceId, users.id) ?? sql<number>`0`,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .leftJoin(members, eq(members.userId, users.id))
    .leftJoin(workspaces, eq(workspaces.id, members.workspaceId))
    .leftJoin(reviewers, eq(reviewers.userId, users.id))
    .where(and(eq(sessions.token, token), gt(sessions.expiresAt, new Date(accounts.ctx.now()))))
    .orderBy(asc(members.createdAt), asc(members.workspaceId))
  const [first] = rows
  if (!first) return undefined
  const { session, user } = first
  const memberships = rows.flatMap(({ member, workspaceName, unread }): Membership[] =>
    member
      ? [{ id: member.workspaceId, name: workspaceName ?? '', role: member.role, sources: member.sources, unread }]
      : [],
  )
  const person = {
    userId: user.id,
    sessionId: session.id,
    name: user.name,
    email: user.email,
    twoFactor: user.twoFactorEnabled === true,
    workspaces: memberships,
  }
  const at = memberships.find(({ id }) => id === session.workspaceId) ?? memberships[0]
  return at ? { person, access: accessOf(person, at, first.reviewer !== null) } : { person }
}

function accessOf({ userId }: Person, { id, role, sources }: Membership, isReviewer: boolean): Access {
  const deployment = deploymentRoleOf(id, role, isReviewer)
  return { workspaceId: id, role, userId, ...deployment, ...(role === 'source-admin' && { sources }) }
}

export interface Session {
  id: string
  /** The one that asks. */
  current: boolean
  address: string
  browser: string
  createdAt: number
  expiresAt: number
}

const MOST_SESSIONS = 100

/** The newest first. */
export async function listSessions({ db, ctx }: Accounts, person: Person): Promise<Session[]> {
  const rows = await db.orm
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, person.userId), gt(sessions.expiresAt, new Date(ctx.now()))))
    .orderBy(desc(sessions.createdAt))
    .limit(MOST_SESSIONS)
  return rows.map(({ id, ipAddress, userAgent, createdAt, expiresAt }) => ({
    id,
    current: id === person.sessionId,
    address: ipAddress ?? '',
    browser: userAgent ?? '',
    createdAt: createdAt.getTime(),
    expiresAt: expiresAt.getTime(),
  }))
}

/** Ends one session of the person. */
export async function endSession({ db }: Accounts, { userId }: Pick<Person, 'userId'>, id: string): Promise<boolean> {
  const gone = await db.orm
    .delete(sessions)
    .where(and(eq(sessions.id, id), eq(sessions.userId, userId)))
    .returning({ id: sessions.id })
  return gone.length > 0
}

/** Ends every session of the person, or every one but `keep`. */
export async function endSessions({ db }: Accounts, userId: string, keep?: string): Promise<void> {
  const others = keep === undefined ? undefined : ne(sessions.id, keep)
  await db.orm.delete(sessions).where(and(eq(sessions.userId, userId), others))
}

/** From now on the session looks at another workspace of its person. */
export async function switchWorkspace({ db }: Accounts, person: Person, workspaceId: string): Promise<boolean> {
  if (!person.workspaces.some(({ id }) => id === workspaceId)) return false
  await db.orm.update(sessions).set({ workspaceId }).where(eq(sessions.id, person.sessionId))
  return true
}
