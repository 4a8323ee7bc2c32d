import type { Pages } from '../../feature.ts'
import { cloudSourcePages } from './routes.tsx'

export const PAGES: Pages = { '/sources': cloudSourcePages }
