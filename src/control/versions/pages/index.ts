import type { Pages } from '../../feature.ts'
import { reviewedVersionPages, versionPages } from './routes.tsx'

export const PAGES: Pages = { '/integrations': versionPages, '/submissions': reviewedVersionPages }
