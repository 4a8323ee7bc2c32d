import type { Pages } from '../../feature.ts'
import { alertPages } from './routes.tsx'

export const PAGES: Pages = { '/alerts': alertPages }
