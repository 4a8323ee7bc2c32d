import type { Pages } from '../../feature.ts'
import { qualityListPages, qualityPages, qualityReviewPages } from './routes.tsx'

export const PAGES: Pages = {
  '/integrations': qualityPages,
  '/submissions': qualityReviewPages,
  '/quality': qualityListPages,
}
