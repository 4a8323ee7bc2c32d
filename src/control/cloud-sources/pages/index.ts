import type { Pages } from '../../feature.ts'
import { allowedPages, cloudSourcePages } from './routes.tsx'

export const PAGES: Pages = { '/sources': cloudSourcePages, '/cloud': allowedPages }
