import { eq } from 'drizzle-orm'
import { randomId } from '../context.ts'
import type { Database } from './database.ts'
import { workspaces } from './schema.ts'

/** The workspace that the administrator's token acts on. Made by the migrations. */
export const FIRST_WORKSPACE = 'ws_first'

export async function createWorkspace(db: Database, name: string): Promise<{ id: string; name: string }> {
  const id = randomId(db.ctx, 'ws_')
  await db.orm.insert(workspaces).values({ id, name, slug: id.slice(3), createdAt: db.ctx.now() })
  return { id, name }
}

/** Makes a workspace with a known id unless there is one. */
export async function ensureWorkspace(
  { orm, ctx }: Database,
  { id, name, sandbox }: { id: string; name: string; sandbox: boolean },
): Promise<void> {
  const row = { id, name, slug: id.slice(3), sandbox, createdAt: ctx.now() }
  await orm.insert(workspaces).values(row).onConflictDoNothing()
}

export async function renameWorkspace({ orm }: Database, id: string, name: string): Promise<void> {
  await orm.update(workspaces).set({ name }).where(eq(workspaces.id, id))
}
