import type { Pages } from '../../feature.ts'
import { betaPages, lifecyclePages, submissionPages } from './routes.tsx'

export const PAGES: Pages = { '/integrations': lifecyclePages, '/submissions': submissionPages, '/beta': betaPages }

export { ReviewCard } from './review.tsx'
