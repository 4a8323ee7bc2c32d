import type { Database } from './database.ts'
import { objectLogs } from './schema.ts'

/** Notes that a source has a log of objects, so that warehouses look into it. The same again writes nothing. */
export async function noteObjectLog({ orm }: Database, sourceId: string): Promise<void> {
  await orm.insert(objectLogs).values({ sourceId }).onConflictDoNothing()
}
