import type { Pages } from '../../feature.ts'
import { betaPages, consentPages, lifecyclePages, submissionPages } from './routes.tsx'

export const PAGES: Pages = {
  '/integrations': lifecyclePages,
  '/submissions': submissionPages,
  '/beta': betaPages,
  '/destinations': consentPages,
}

export { ReviewCard } from './review.tsx'
export { lifeHead } from './tabs.tsx'
export { LIFE_TONES, STATE_WORDS } from '../words.ts'
