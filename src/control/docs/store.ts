import { desc, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import type { Database } from '../../settings/index.ts'
import { docCounts, docWords } from './schema.ts'

/** What readers wrote: the newest that are kept. */
const MOST_WORDS = 1_000

/** Counts an answer, and keeps its words if there are any. One transaction. */
export async function insertFeedback(
  { orm, ctx }: Database,
  { page, helpful, words }: { page: string; helpful: boolean; words: string },
): Promise<void> {
  const at = ctx.now()
  const newest = orm
    .select({ id: docWords.id })
    .from(docWords)
    .orderBy(desc(docWords.at), desc(docWords.id))
    .limit(MOST_WORDS)
  const kept = [
    orm.insert(docWords).values({ id: randomId(ctx, 'say_'), page, helpful, words, at }),
    orm.delete(docWords).where(sql`${docWords.id} NOT IN (${newest})`),
  ]
  await orm.batch([
    orm
      .insert(docCounts)
      .values({ page, yes: helpful ? 1 : 0, no: helpful ? 0 : 1 })
      .onConflictDoUpdate({
        target: docCounts.page,
        set: helpful ? { yes: sql`${docCounts.yes} + 1` } : { no: sql`${docCounts.no} + 1` },
      }),
    ...(words === '' ? [] : kept),
  ])
}
