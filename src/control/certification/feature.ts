import type { Feature } from '../feature.ts'
import { certificationRoutes, checkRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { certifications } from './schema.ts'

export const FEATURE: Feature = {
  api: { '/integrations': certificationRoutes, '/certification-checks': checkRoutes },
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  reference: () => import('./reference.ts'),
  tables: [certifications],
}
