import { Buffer } from 'node:buffer'
import { and, eq } from 'drizzle-orm'
import { randomId } from '../context.ts'
import {
  type Database,
  FIRST_WORKSPACE,
  type Listed,
  mapPage,
  takeBack,
  type Page,
  readPage,
  unlessFull,
} from '../settings/index.ts'
import { type Access, deploymentRoleOf, may } from './access.ts'
import { type Permission, PERMISSIONS, type Role } from './roles.ts'
import { apiTokens, members, reviewers, users } from './schema.ts'
import { refusal } from '../refusal.ts'

/** What a token may do: everything, everything that a read-only person may, or what is listed. */
export type TokenScope = 'full' | 'read-only' | Permission[]

export interface ApiToken {
  id: string
  name: string
  scope: TokenScope
  createdAt: number
  /** E-mail address of whoever made it; `null`: the deployment's own secret, or before this was kept. */
  madeBy: string | null
  /** It is refused: who made it may no longer do themselves what it may, or is no member any more. */
  ended: boolean
  /** Within five minutes; `null`: never. */
  lastUsedAt: number | null
}

/** A token's use is written down at most this often. */
const USED_MS = 5 * 60_000

/**
 * What a bearer token opens, or `undefined`. One query; every five minutes a write, left to `later`. A token borrows the
 * rights of the person who made it: it opens nothing that they could not at this moment.
 */
export async function accessOfToken(
  db: Database,
  token: string,
  adminToken: string | undefined,
  later: (work: Promise<unknown>) => void,
): Promise<Access | undefined> {
  const hash = await sha256(token)
  if (adminToken && sameBytes(hash, await sha256(adminToken))) {
    return { workspaceId: FIRST_WORKSPACE, role: 'owner', deployment: 'operator', tokenId: 'admin' }
  }
  const [found] = await db.orm
    .select({ row: apiTokens, maker: { role: members.role, reviewer: reviewers.userId } })
    .from(apiTokens)
    .leftJoin(members, MAKER)
    .leftJoin(reviewers, eq(reviewers.userId, apiTokens.madeBy))
    .where(eq(apiTokens.hash, hash.toString('hex')))
  if (!found || isEnded(found.row, found.maker)) return undefined
  const { row, maker } = found
  const now = db.ctx.now()
  if (now - (row.lastUsedAt ?? 0) > USED_MS) {
    later(db.orm.update(apiTokens).set({ lastUsedAt: now }).where(eq(apiTokens.id, row.id)).execute())
  }
  const { workspaceId, id: tokenId, madeBy } = row
  const rights = rightsOf(workspaceId, scopeOf(row.scope), maker.reviewer !== null)
  return { workspaceId, tokenId, ...(madeBy !== null && { madeBy }), ...rights }
}

/** The maker's membership in the token's workspace. */
const MAKER = and(eq(members.workspaceId, apiTokens.workspaceId), eq(members.userId, apiTokens.madeBy))

/** Who made a token: their role in its workspace, and whether they are a reviewer. */
interface Maker {
  role: Role | null
  reviewer: string | null
}

function isEnded(
  { madeBy, scope, workspaceId }: Pick<typeof apiTokens.$inferSelect, 'madeBy' | 'scope' | 'workspaceId'>,
  { role, reviewer }: Maker,
): boolean {
  if (madeBy === null) return false
  if (role === null) return true
  const maker = { workspaceId, role, ...deploymentRoleOf(workspaceId, role, reviewer !== null) }
  // Whoever is no reviewer any more leaves their tokens without that right, and with the others.
  return goesBeyond({ workspaceId, ...rightsOf(workspaceId, scopeOf(scope), reviewer !== null) }, maker)
}

/** Whether something may do what somebody may not. */
function goesBeyond(wanted: Access, maker: Access): boolean {
  return PERMISSIONS.some((permission) => may(wanted, permission) && !may(maker, permission))
}

/** Whether a request carries `ADMIN_TOKEN` itself. No query. */
export async function isAdmin(authorization: string | undefined, adminToken: string | undefined): Promise<boolean> {
  const token = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  return token !== undefined && !!adminToken && sameBytes(await sha256(token), await sha256(adminToken))
}

/** Of what a reviewer may, a token has only what its scope names: one that may all may all in its workspace. */
function rightsOf(
  workspaceId: string,
  scope: TokenScope,
  isReviewer: boolean,
): Pick<Access, 'role' | 'deployment' | 'permissions'> {
  if (scope === 'full') return { role: 'owner', ...deploymentRoleOf(workspaceId, 'owner', false) }
  if (scope === 'read-only') return { role: 'read-only' }
  return { role: 'owner', ...deploymentRoleOf(workspaceId, 'owner', isReviewer), permissions: scope }
}

/**
 * The token itself is in this answer and nowhere else. Throws `Refusal` 400 when it would be allowed what its maker
 * is not.
 */
export async function issueToken(
  db: Database,
  maker: Access,
  name: string,
  scope: TokenScope = 'full',
): Promise<ApiToken & { token: string }> {
  const { workspaceId } = maker
  const wanted = { workspaceId, ...rightsOf(workspaceId, scope, maker.deployment === 'reviewer') }
  if (goesBeyond(wanted, maker)) {
    throw refusal(400, 'A token cannot be allowed more than whoever makes it.', 'scope')
  }
  // In the audit trail this name says that the deployment's own secret was used.
  if (/^admin_token$/i.test(name.trim())) throw refusal(400, 'This is the name of the deployment’s own.', 'name')
  const token = randomId(db.ctx, 'sluice_', 40)
  // What a token makes belongs to the person behind it, so that nobody outlives their membership by a chain of tokens.
  const madeBy = maker.userId ?? maker.madeBy ?? null
  const row = { id: randomId(db.ctx, 'tok_'), workspaceId, name, madeBy, createdAt: db.ctx.now() }
  const hash = (await sha256(token)).toString('hex')
  const mine = eq(apiTokens.workspaceId, row.workspaceId)
  const [, takenBack] = await db.orm.batch([
    db.orm.insert(apiTokens).values({ ...row, hash, scope: Array.isArray(scope) ? scope.join(' ') : scope }),
    takeBack(db, apiTokens, eq(apiTokens.id, row.id), { mine, what: 'tokens' }),
  ])
  unlessFull(takenBack, db, 'tokens')
  const [person] = madeBy === null ? [] : await db.orm.select().from(users).where(eq(users.id, madeBy))
  const facts = { id: row.id, name, scope, createdAt: row.createdAt, madeBy: person?.email ?? null }
  return { ...facts, ended: false, lastUsedAt: null, token }
}

/** The oldest first. One query. */
export async function listTokens({ orm }: Database, workspaceId: string, page: Page): Promise<Listed<ApiToken>> {
  const mine = eq(apiTokens.workspaceId, workspaceId)
  const listed = await readPage({ columns: [apiTokens.createdAt, apiTokens.id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ token: apiTokens, role: members.role, reviewer: reviewers.userId, email: users.email, ...sums })
        .from(apiTokens)
        .leftJoin(members, MAKER)
        .leftJoin(users, eq(users.id, apiTokens.madeBy))
        .leftJoin(reviewers, eq(reviewers.userId, apiTokens.madeBy))
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(apiTokens).where(mine),
    keyOf: ({ token }) => [token.createdAt, token.id],
  })
  return mapPage(listed, ({ token, role, reviewer, email }): ApiToken => {
    const { id, name, createdAt, lastUsedAt } = token
    const facts = { id, name, scope: scopeOf(token.scope), createdAt, lastUsedAt }
    return { ...facts, madeBy: email, ended: isEnded(token, { role, reviewer }) }
  })
}

/** Throws 404 when the workspace has no such token. */
export async function getToken(
  { orm }: Database,
  workspaceId: string,
  id: string,
): Promise<{ id: string; name: string }> {
  const [row] = await orm
    .select({ id: apiTokens.id, name: apiTokens.name })
    .from(apiTokens)
    .where(and(eq(apiTokens.id, id), eq(apiTokens.workspaceId, workspaceId)))
  if (!row) throw refusal(404, `There is no token ${id}.`)
  return row
}

export async function endToken({ orm }: Database, workspaceId: string, id: string): Promise<void> {
  const gone = await orm
    .delete(apiTokens)
    .where(and(eq(apiTokens.id, id), eq(apiTokens.workspaceId, workspaceId)))
    .returning({ id: apiTokens.id })
  if (gone.length === 0) throw refusal(404, `There is no token ${id}.`)
}

/** As it is stored: a word, or permissions with spaces between them. */
function scopeOf(text: string): TokenScope {
  if (text === 'full' || text === 'read-only') return text
  const listed = text.split(' ')
  return PERMISSIONS.filter((permission) => listed.includes(permission))
}

export async function sha256(text: string): Promise<Buffer> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text)))
}

export function sameBytes(a: Buffer, b: Buffer): boolean {
  return crypto.subtle.timingSafeEqual(a, b)
}
