import type { Pages } from '../../feature.ts'
import { homePages } from './routes.tsx'

export const PAGES: Pages = { '/': homePages }
