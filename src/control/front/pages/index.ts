import type { Pages } from '../../feature.ts'
import { frontPages } from './routes.tsx'

export const PAGES: Pages = { '/partners': frontPages }
