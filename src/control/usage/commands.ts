import type { UsageDay } from '../../statistics/index.ts'
import type { Database } from '../../settings/index.ts'
import { writeUsage } from './store.ts'

/** What a source took in, as its statistics say; `false`: there is no such source any more. */
export function publishUsage(db: Database, sourceId: string, days: readonly UsageDay[]): Promise<boolean> {
  return writeUsage(db, sourceId, days)
}
