import type { Pages } from '../../feature.ts'
import { workspacePages } from './routes.tsx'

export const PAGES: Pages = { '/workspace': workspacePages }
