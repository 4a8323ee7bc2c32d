import type { Pages } from '../../feature.ts'
import { tokenPages } from './routes.tsx'

export const PAGES: Pages = { '/tokens': tokenPages }
