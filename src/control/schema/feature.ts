import type { Feature } from '../feature.ts'
import { schemaRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/sources': schemaRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
}
