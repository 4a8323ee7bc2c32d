import type { Pages } from '../../feature.ts'
import { docRoutes, feedbackPages } from './routes.tsx'

export const PAGES: Pages = { '/docs': docRoutes, '/feedback': feedbackPages }
