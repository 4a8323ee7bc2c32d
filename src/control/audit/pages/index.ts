import type { Pages } from '../../feature.ts'
import { auditPages } from './routes.tsx'

export const PAGES: Pages = { '/audit': auditPages }
