import type { Pages } from '../../feature.ts'
import { referencePages } from './routes.tsx'

export const PAGES: Pages = { '/reference': referencePages }
