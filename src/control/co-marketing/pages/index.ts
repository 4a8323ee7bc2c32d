import type { Pages } from '../../feature.ts'
import { coMarketingPages, quotablePages, storyPages } from './routes.tsx'

export const PAGES: Pages = { '/partners': coMarketingPages, '/stories': storyPages, '/integrations': quotablePages }
