import type { Pages } from '../../feature.ts'
import { usagePages } from './routes.tsx'

export const PAGES: Pages = { '/usage': usagePages }
