import type { Pages } from '../../feature.ts'
import { certificatePages, tryingPages } from './routes.tsx'

export const PAGES: Pages = { '/integrations': tryingPages, '/certificates': certificatePages }
