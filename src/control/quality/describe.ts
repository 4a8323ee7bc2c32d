import type { Database } from '../../settings/index.ts'
import { type Quality, qualityOf } from './queries.ts'
import { type Cause, causesOf, dayOf, type Score, scoreOf } from './score.ts'

/** Days of which scores are shown. */
const SHOWN_DAYS = 90

/** How an integration is judged. */
export interface QualityDescribed {
  quality: Quality
  /** As its days are at this moment. */
  now: Score
  /** What costs it points now, the most first. */
  causes: Cause[]
}

/** In one query. */
export async function describeQuality(db: Database, integrationId: string): Promise<QualityDescribed> {
  const today = dayOf(db.ctx.now())
  const quality = await qualityOf(db, integrationId, SHOWN_DAYS)
  return { quality, now: scoreOf(quality.rows, today), causes: causesOf(quality.rows, today) }
}
