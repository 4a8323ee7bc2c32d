import type { Feature } from '../feature.ts'
import { recoveryRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/recovery': recoveryRoutes },
  reference: () => import('./reference.ts'),
}
