import type { Feature } from '../feature.ts'
import { eventRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/events': eventRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
}
