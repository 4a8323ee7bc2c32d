import type { Feature } from '../feature.ts'
import { labelRoutes, sourceLabelRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { labels, sourceLabels } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

/** A tag on a string. */
const TAG = { path: 'M2.5 2.5H8l5.5 5.5-5.5 5.5L2.5 8zM5.5 5.5h.01' }

export const FEATURE: Feature = {
  api: { '/labels': labelRoutes, '/sources/:id/labels': sourceLabelRoutes },
  pages: () => import('./pages/index.ts'),
  nav: { key: 'labels', label: 'Labels', href: '/labels', icon: TAG, group: 'workspace' },
  flash: FLASH,
  reference: () => import('./reference.ts'),
  tables: [labels, sourceLabels],
  subjects: SUBJECTS,
}
