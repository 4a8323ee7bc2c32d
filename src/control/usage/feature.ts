import type { Feature } from '../feature.ts'
import { usageRoutes } from './api.ts'
import { usageDays } from './schema.ts'

export const FEATURE: Feature = {
  api: { '/usage': usageRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'usage',
    label: 'Usage',
    href: '/usage',
    icon: { path: 'M2.5 13.5h11M4 11V8M8 11V3M12 11V6' },
    group: 'workspace',
  },
  tables: [usageDays],
}
