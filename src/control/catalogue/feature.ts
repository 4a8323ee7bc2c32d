import type { Feature } from '../feature.ts'
import { catalogRoutes, integrationRoutes } from './api.ts'
import { betaGuests, integrationPages, integrationVersions } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/catalog': catalogRoutes, '/integrations': integrationRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'catalogue', label: 'Catalogue', href: '/catalogue', icon: 'catalogue', group: 'main' },
  tables: [betaGuests, integrationPages, integrationVersions],
  subjects: SUBJECTS,
}
