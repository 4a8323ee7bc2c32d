import type { Feature } from '../feature.ts'
import { reviewedVersionRoutes, versionRoutes } from './api.ts'
import { FLASH } from './flash.ts'

export const FEATURE: Feature = {
  api: { '/integrations': versionRoutes, '/submissions': reviewedVersionRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
}
