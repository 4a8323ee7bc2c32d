import { eq } from 'drizzle-orm'
import { refusal } from '../../../refusal.ts'
import { type Database, sources, workspaces, writeKeys } from '../../../settings/index.ts'

/** Who has a write key, of whichever workspace: for whoever runs the deployment. */
export interface KeyHolder {
  workspaceId: string
  workspaceName: string
  sourceId: string
  /** `null`: the source is deleted, and the key still taken. */
  sourceName: string | null
  createdAt: number
  revokedAt: number | null
}

/** Throws 404 when nobody has it. */
export async function keyHolder({ orm }: Database, key: string): Promise<KeyHolder> {
  const [row] = await orm
    .select({ key: writeKeys, source: sources, workspace: workspaces })
    .from(writeKeys)
    .leftJoin(sources, eq(sources.id, writeKeys.sourceId))
    .leftJoin(workspaces, eq(workspaces.id, sources.workspaceId))
    .where(eq(writeKeys.key, key))
  if (!row) throw refusal(404, 'Nobody has this write key.')
  const { sourceId, createdAt, revokedAt } = row.key
  const { workspace, source } = row
  return {
    workspaceId: workspace?.id ?? '',
    workspaceName: workspace?.name ?? '',
    sourceId,
    sourceName: source?.name ?? null,
    createdAt,
    revokedAt,
  }
}
