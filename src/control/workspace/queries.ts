import { eq } from 'drizzle-orm'
import { refusal } from '../../refusal.ts'
import { type Database, workspaces } from '../../settings/index.ts'

/** Throws 404 when it is gone. */
export async function getWorkspace({ orm }: Database, id: string): Promise<{ id: string; slug: string; name: string }> {
  const { slug, name } = workspaces
  const [row] = await orm.select({ id: workspaces.id, slug, name }).from(workspaces).where(eq(workspaces.id, id))
  if (!row) throw refusal(404, `There is no workspace ${id}.`)
  return row
}
