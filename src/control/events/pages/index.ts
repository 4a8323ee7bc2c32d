import type { Pages } from '../../feature.ts'
import { debuggerPages } from './routes.tsx'

export const PAGES: Pages = { '/sources': debuggerPages }
