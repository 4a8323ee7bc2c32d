import { eq } from 'drizzle-orm'
import { refusal } from '../../refusal.ts'
import { type Database, workspaces } from '../../settings/index.ts'

export interface WorkspaceFacts {
  id: string
  slug: string
  name: string
  /** Made with an application, to try things out in: never a customer. */
  sandbox: boolean
}

/** Throws 404 when it is gone. */
export async function getWorkspace({ orm }: Database, id: string): Promise<WorkspaceFacts> {
  const { slug, name, sandbox } = workspaces
  const [row] = await orm
    .select({ id: workspaces.id, slug, name, sandbox })
    .from(workspaces)
    .where(eq(workspaces.id, id))
  if (!row) throw refusal(404, `There is no workspace ${id}.`)
  return row
}
