import type { Pages } from '../../feature.ts'
import { reviewerPages } from './routes.tsx'

export const PAGES: Pages = { '/reviewers': reviewerPages }
