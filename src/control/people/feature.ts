import type { Feature } from '../feature.ts'
import { signInLinkRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/sign-in-links': signInLinkRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'people', label: 'Members', href: '/people', icon: 'people', group: 'workspace' },
  flash: FLASH,
  subjects: SUBJECTS,
}
