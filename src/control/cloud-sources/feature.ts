import type { Feature } from '../feature.ts'
import { cloudSourceRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { cloudSources } from './schema.ts'

export const FEATURE: Feature = {
  api: { '/sources': cloudSourceRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  tables: [cloudSources],
}
