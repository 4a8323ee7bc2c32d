import type { Feature } from '../feature.ts'
import { feedbackRoutes } from './api.ts'
import { docCounts, docWords } from './schema.ts'

/** A speech balloon. */
const SAYS = { path: 'M2.5 3h11v7.5H8L5 13.5v-3H2.5z' }

export const FEATURE: Feature = {
  api: { '/feedback': feedbackRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'feedback',
    label: 'Feedback',
    href: '/feedback',
    icon: SAYS,
    group: 'deployment',
    needs: 'programme:read',
  },
  tables: [docCounts, docWords],
}
