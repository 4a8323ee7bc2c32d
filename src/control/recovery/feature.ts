import type { Feature } from '../feature.ts'
import { recoveryRoutes } from './api.ts'
import { progress } from './schema.ts'

export const FEATURE: Feature = {
  api: { '/recovery': recoveryRoutes },
  tables: [progress],
  reference: () => import('./reference.ts'),
}
