import type { Pages } from '../../feature.ts'
import { deliveryOverviewPages } from './routes.tsx'

export const PAGES: Pages = { '/destinations': deliveryOverviewPages }
