import type { Feature } from '../feature.ts'
import { sourceRoutes } from './api.ts'
import { writeKeyRoutes } from './write-keys/api.ts'
import { FLASH } from './flash.ts'
import { sourceHealth } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/sources': sourceRoutes, '/write-keys': writeKeyRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'sources', label: 'Sources', href: '/sources', icon: 'source', group: 'main' },
  flash: FLASH,
  tables: [sourceHealth],
  subjects: SUBJECTS,
}
