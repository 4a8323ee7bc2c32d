import type { Feature } from '../feature.ts'
import { applicationRoutes, partnerRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { applicationEntries, applicationLinks, applications, partners } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

/** Two that meet. */
const MEET = { path: 'M5.5 9.5 2.5 6.5l3-3 3 3M10.5 6.5l3 3-3 3-3-3M6.5 10.5l3-5' }

export const FEATURE: Feature = {
  api: { '/applications': applicationRoutes, '/partners': partnerRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'applications',
    label: 'Applications',
    href: '/applications',
    icon: MEET,
    group: 'deployment',
    needs: 'applications:read',
  },
  flash: FLASH,
  tables: [applications, applicationEntries, applicationLinks, partners],
  subjects: SUBJECTS,
}
