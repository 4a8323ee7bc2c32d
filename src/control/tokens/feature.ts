import type { Feature } from '../feature.ts'
import { tokenRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/tokens': tokenRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'tokens', label: 'API tokens', href: '/tokens', icon: 'key', group: 'workspace', needs: 'tokens:read' },
  flash: FLASH,
  subjects: SUBJECTS,
}
