import type { Feature } from '../feature.ts'
import { certificationRoutes, checkRoutes } from './api.ts'
import { certifications } from './schema.ts'

export const FEATURE: Feature = {
  api: { '/integrations': certificationRoutes, '/certification-checks': checkRoutes },
  reference: () => import('./reference.ts'),
  tables: [certifications],
}
