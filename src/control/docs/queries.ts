import { asc, desc } from 'drizzle-orm'
import type { Database } from '../../settings/index.ts'
import { docCounts, docWords } from './schema.ts'

export interface Feedback {
  counts: (typeof docCounts.$inferSelect)[]
  words: (typeof docWords.$inferSelect)[]
}

/** What readers say: counts of each page, and the newest words. Two queries. */
export async function readFeedback({ orm }: Database): Promise<Feedback> {
  const [counts, words] = await Promise.all([
    orm.select().from(docCounts).orderBy(desc(docCounts.no), asc(docCounts.page)).limit(200),
    orm.select().from(docWords).orderBy(desc(docWords.at), desc(docWords.id)).limit(100),
  ])
  return { counts, words }
}
