import { eq } from 'drizzle-orm'
import { type Database, sources, workspaces, writeKeys, MOST_KEY_CHARS } from '../../settings/index.ts'
import { refusal } from '../../refusal.ts'

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

/** Takes a key away, so that whoever it belongs to can bring it. Throws 404. */
export async function releaseKey({ orm }: Database, key: string): Promise<void> {
  const gone = await orm.delete(writeKeys).where(eq(writeKeys.key, key)).returning({ key: writeKeys.key })
  if (gone.length === 0) throw refusal(404, 'Nobody has this write key.')
}

/** Gives a key to a source of any workspace, from whoever had it. Throws 404, and 400 for a key that nobody can have. */
export async function giveKey({ orm, ctx }: Database, key: string, sourceId: string): Promise<void> {
  if (key.length > MOST_KEY_CHARS) throw refusal(400, `A write key has at most ${MOST_KEY_CHARS} characters.`)
  const [source] = await orm.select({ id: sources.id }).from(sources).where(eq(sources.id, sourceId))
  if (!source) throw refusal(404, `There is no source ${sourceId}.`, 'sourceId')
  const row = { sourceId, createdAt: ctx.now(), revokedAt: null }
  await orm
    .insert(writeKeys)
    .values({ key, ...row })
    .onConflictDoUpdate({ target: writeKeys.key, set: row })
}
