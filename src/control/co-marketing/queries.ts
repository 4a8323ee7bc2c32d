import { desc } from 'drizzle-orm'
import type { Database } from '../../settings/index.ts'
import { customerStories } from './schema.ts'

/** Stories that a page shows. */
const SHOWN = 100

/** The newest first. One query. */
export function listStories({ orm }: Database): Promise<(typeof customerStories.$inferSelect)[]> {
  return orm.select().from(customerStories).orderBy(desc(customerStories.at), desc(customerStories.id)).limit(SHOWN)
}
