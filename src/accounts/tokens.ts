import { Buffer } from 'node:buffer'
import { and, eq } from 'drizzle-orm'
import { randomId } from '../context.ts'
import {
  type Database,
  FIRST_WORKSPACE,
  type Listed,
  mapPage,
  over,
  type Page,
  readPage,
  SettingsError,
  unlessFull,
} from '../settings/index.ts'
import { type Access, may } from './access.ts'
import { type Permission, PERMISSIONS } from './roles.ts'
import { apiTokens } from './schema.ts'

/** What a token may do: everything, everything that a read-only person may, or what is listed. */
export type Scope = 'full' | 'read-only' | Permission[]

export interface ApiToken {
  id: string
  name: string
  scope: Scope
  createdAt: number
  /** Within five minutes; `null`: never. */
  lastUsedAt: number | null
}

/** A token's use is written down at most this often. */
const USED_MS = 5 * 60_000

/** What a bearer token opens, or `undefined`. One query; every five minutes a write, left to `later`. */
export async function accessOfToken(
  db: Database,
  token: string,
  adminToken: string | undefined,
  later: (work: Promise<unknown>) => void,
): Promise<Access | undefined> {
  const hash = await sha256(token)
  if (adminToken && sameBytes(hash, await sha256(adminToken))) {
    return { workspaceId: FIRST_WORKSPACE, role: 'owner', tokenId: 'admin' }
  }
  const [row] = await db.orm
    .select()
    .from(apiTokens)
    .where(eq(apiTokens.hash, hash.toString('hex')))
  if (!row) return undefined
  const now = db.ctx.now()
  if (now - (row.lastUsedAt ?? 0) > USED_MS) {
    later(db.orm.update(apiTokens).set({ lastUsedAt: now }).where(eq(apiTokens.id, row.id)).execute())
  }
  return { workspaceId: row.workspaceId, tokenId: row.id, ...rightsOf(scopeOf(row.scope)) }
}

/** Whether a request carries `ADMIN_TOKEN` itself. No query. */
export async function isAdmin(authorization: string | undefined, adminToken: string | undefined): Promise<boolean> {
  const token = /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1]
  return token !== undefined && !!adminToken && sameBytes(await sha256(token), await sha256(adminToken))
}

function rightsOf(scope: Scope): Pick<Access, 'role' | 'permissions'> {
  if (scope === 'full') return { role: 'owner' }
  if (scope === 'read-only') return { role: 'read-only' }
  return { role: 'owner', permissions: scope }
}

/**
 * The token itself is in this answer and nowhere else. Throws `SettingsError` 400 when it would be allowed what its maker
 * is not.
 */
export async function createToken(
  db: Database,
  maker: Access,
  name: string,
  scope: Scope = 'full',
): Promise<ApiToken & { token: string }> {
  const wanted = { workspaceId: maker.workspaceId, ...rightsOf(scope) }
  if (PERMISSIONS.some((permission) => may(wanted, permission) && !may(maker, permission))) {
    throw new SettingsError(400, 'A token cannot be allowed more than whoever makes it.', 'scope')
  }
  const token = randomId(db.ctx, 'sluice_', 40)
  const row = { id: randomId(db.ctx, 'tok_'), workspaceId: maker.workspaceId, name, createdAt: db.ctx.now() }
  const hash = (await sha256(token)).toString('hex')
  const [, takenBack] = await db.orm.batch([
    db.orm.insert(apiTokens).values({ ...row, hash, scope: Array.isArray(scope) ? scope.join(' ') : scope }),
    db.orm
      .delete(apiTokens)
      .where(
        and(eq(apiTokens.id, row.id), over(apiTokens, eq(apiTokens.workspaceId, row.workspaceId), db.quotas.tokens)),
      )
      .returning({ id: apiTokens.id }),
  ])
  unlessFull(takenBack, db, 'tokens')
  return { id: row.id, name, scope, createdAt: row.createdAt, lastUsedAt: null, token }
}

/** The oldest first. One query. */
export async function listTokens({ orm }: Database, workspaceId: string, page: Page): Promise<Listed<ApiToken>> {
  const { id, name, scope, createdAt, lastUsedAt } = apiTokens
  const mine = eq(apiTokens.workspaceId, workspaceId)
  const listed = await readPage({ columns: [createdAt, id] }, page, {
    rows: ({ sums, where, orderBy, limit }) =>
      orm
        .select({ id, name, scope, createdAt, lastUsedAt, ...sums })
        .from(apiTokens)
        .where(and(mine, where))
        .orderBy(...orderBy)
        .limit(limit),
    counts: (sums) => orm.select(sums).from(apiTokens).where(mine),
    keyOf: (row) => [row.createdAt, row.id],
  })
  return mapPage(listed, (row) => ({ ...row, scope: scopeOf(row.scope) }))
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
  if (!row) throw new SettingsError(404, `There is no token ${id}.`)
  return row
}

export async function deleteToken({ orm }: Database, workspaceId: string, id: string): Promise<void> {
  const gone = await orm
    .delete(apiTokens)
    .where(and(eq(apiTokens.id, id), eq(apiTokens.workspaceId, workspaceId)))
    .returning({ id: apiTokens.id })
  if (gone.length === 0) throw new SettingsError(404, `There is no token ${id}.`)
}

/** As it is stored: a word, or permissions with spaces between them. */
function scopeOf(text: string): Scope {
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
