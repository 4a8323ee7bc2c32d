import type { Feature } from '../feature.ts'
import { referenceRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/openapi.json': referenceRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'reference', label: 'API reference', href: '/reference', icon: 'code', group: 'workspace' },
}
