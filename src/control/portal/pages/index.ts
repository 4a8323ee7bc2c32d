import type { Pages } from '../../feature.ts'
import { portalPages } from './routes.tsx'

export const PAGES: Pages = { '/integrations': portalPages }

export { integrationHead } from './head.tsx'
