import type { Feature } from '../feature.ts'
import { betaGuestRoutes, consentRoutes, lifecycleRoutes, submissionRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { betaLinks, customerConsents, lifecycleEntries, lifecycles } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

/** A tray. */
const TRAY = { path: 'M2.5 9.5 4.5 3h7l2 6.5v3.5h-11zM2.5 9.5H6L7 11h2l1-1.5h3.5' }

export const FEATURE: Feature = {
  api: {
    '/integrations': lifecycleRoutes,
    '/submissions': submissionRoutes,
    '/beta-guests': betaGuestRoutes,
    '/destinations': consentRoutes,
  },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'submissions',
    label: 'Submissions',
    href: '/submissions',
    icon: TRAY,
    group: 'deployment',
    needs: 'submissions:read',
  },
  flash: FLASH,
  tables: [lifecycles, lifecycleEntries, betaLinks, customerConsents],
  subjects: SUBJECTS,
}
