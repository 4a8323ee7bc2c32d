import { eq } from 'drizzle-orm'
import { refusal } from '../../../refusal.ts'
import { type Database, MOST_KEY_CHARS, sources, writeKeys } from '../../../settings/index.ts'

/** Takes a key away, so that whoever it belongs to can bring it. Throws 404. */
export async function deleteKeyRow({ orm }: Database, key: string): Promise<void> {
  const gone = await orm.delete(writeKeys).where(eq(writeKeys.key, key)).returning({ key: writeKeys.key })
  if (gone.length === 0) throw refusal(404, 'Nobody has this write key.')
}

/** Gives a key to a source of any workspace, from whoever had it. Throws 404, and 400 for a key that nobody can have. */
export async function writeKeyRow({ orm, ctx }: Database, key: string, sourceId: string): Promise<void> {
  if (key.length > MOST_KEY_CHARS) throw refusal(400, `A write key has at most ${MOST_KEY_CHARS} characters.`)
  const [source] = await orm.select({ id: sources.id }).from(sources).where(eq(sources.id, sourceId))
  if (!source) throw refusal(404, `There is no source ${sourceId}.`, 'sourceId')
  const row = { sourceId, createdAt: ctx.now(), revokedAt: null }
  await orm
    .insert(writeKeys)
    .values({ key, ...row })
    .onConflictDoUpdate({ target: writeKeys.key, set: row })
}
