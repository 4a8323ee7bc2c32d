import type { Feature } from '../feature.ts'
import { deliveryOverviewRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/delivery-overview': deliveryOverviewRoutes },
  reference: () => import('./reference.ts'),
}
