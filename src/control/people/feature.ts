import type { Feature } from '../feature.ts'
import { inviteRoutes, roleRoutes, signInLinkRoutes, userRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

/** Head and shoulders. */
const PEOPLE = { path: 'M8 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5M3 13.5c.6-2.7 2.5-4 5-4s4.4 1.3 5 4' }

export const FEATURE: Feature = {
  api: { '/users': userRoutes, '/invites': inviteRoutes, '/roles': roleRoutes, '/sign-in-links': signInLinkRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'people', label: 'Members', href: '/people', icon: PEOPLE, group: 'workspace' },
  flash: FLASH,
  subjects: SUBJECTS,
}
