import { desc, sql } from 'drizzle-orm'
import { randomId } from '../../context.ts'
import type { Database } from '../../settings/index.ts'
import { customerStories } from './schema.ts'

/** The newest that are kept. */
const MOST_STORIES = 1_000

/** Keeps a story. One transaction. */
export async function insertStory(
  { orm, ctx }: Database,
  story: Omit<typeof customerStories.$inferSelect, 'id' | 'at'>,
): Promise<void> {
  const newest = orm
    .select({ id: customerStories.id })
    .from(customerStories)
    .orderBy(desc(customerStories.at), desc(customerStories.id))
    .limit(MOST_STORIES)
  await orm.batch([
    orm.insert(customerStories).values({ id: randomId(ctx, 'sto_'), ...story, at: ctx.now() }),
    orm.delete(customerStories).where(sql`${customerStories.id} NOT IN (${newest})`),
  ])
}
