import type { Pages } from '../../feature.ts'
import { schemaPages } from './routes.tsx'

export const PAGES: Pages = { '/sources': schemaPages }
