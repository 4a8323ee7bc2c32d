import type { Feature } from '../feature.ts'
import { reviewerRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

/** An eye. */
const EYE = { path: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4' }

export const FEATURE: Feature = {
  api: { '/reviewers': reviewerRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'reviewers',
    label: 'Reviewers',
    href: '/reviewers',
    icon: EYE,
    group: 'deployment',
    needs: 'reviewers:read',
  },
  flash: FLASH,
  subjects: SUBJECTS,
}
