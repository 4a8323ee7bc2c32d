import { Buffer } from 'node:buffer'
import { and, asc, eq } from 'drizzle-orm'
import { randomId } from '../context.ts'
import type { Database } from './database.ts'
import { apiTokens } from './schema.ts'
import { SettingsError } from './types.ts'

/** The workspace that the administrator's token acts on. Made by the migrations. */
export const FIRST_WORKSPACE = 'ws_first'

export interface ApiToken {
  id: string
  name: string
  createdAt: number
}

/** The workspace that a bearer token opens, or `undefined`. */
export async function workspaceOfToken(
  db: Database,
  token: string,
  adminToken: string | undefined,
): Promise<string | undefined> {
  const hash = await sha256(token)
  if (adminToken && sameBytes(hash, await sha256(adminToken))) return FIRST_WORKSPACE
  const [row] = await db.orm
    .select({ workspaceId: apiTokens.workspaceId })
    .from(apiTokens)
    .where(eq(apiTokens.hash, hash.toString('hex')))
  return row?.workspaceId
}

/** The token itself is in this answer and nowhere else. */
export async function createToken(
  db: Database,
  workspaceId: string,
  name: string,
): Promise<ApiToken & { token: string }> {
  const token = randomId(db.ctx, 'sluice_', 40)
  const row = { id: randomId(db.ctx, 'tok_'), workspaceId, name, createdAt: db.ctx.now() }
  await db.orm.insert(apiTokens).values({ ...row, hash: (await sha256(token)).toString('hex') })
  return { id: row.id, name, createdAt: row.createdAt, token }
}

export async function listTokens({ orm }: Database, workspaceId: string): Promise<ApiToken[]> {
  const { id, name, createdAt } = apiTokens
  return orm
    .select({ id, name, createdAt })
    .from(apiTokens)
    .where(eq(apiTokens.workspaceId, workspaceId))
    .orderBy(asc(createdAt))
}

export async function deleteToken({ orm }: Database, workspaceId: string, id: string): Promise<void> {
  const gone = await orm
    .delete(apiTokens)
    .where(and(eq(apiTokens.id, id), eq(apiTokens.workspaceId, workspaceId)))
    .returning({ id: apiTokens.id })
  if (gone.length === 0) throw new SettingsError(404, `There is no token ${id}.`)
}

async function sha256(text: string): Promise<Buffer> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(text)))
}

function sameBytes(a: Buffer, b: Buffer): boolean {
  return crypto.subtle.timingSafeEqual(a, b)
}
