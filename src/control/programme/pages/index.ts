import type { Pages } from '../../feature.ts'
import { programmePages } from './routes.tsx'

export const PAGES: Pages = { '/programme': programmePages }
