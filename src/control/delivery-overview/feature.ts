import type { Feature } from '../feature.ts'
import { deliveryOverviewRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/delivery-overview': deliveryOverviewRoutes },
  pages: () => import('./pages/index.ts'),
  reference: () => import('./reference.ts'),
}
