import type { Pages } from '../../feature.ts'
import { designPages } from './routes.tsx'

export const PAGES: Pages = { '/design': designPages }
