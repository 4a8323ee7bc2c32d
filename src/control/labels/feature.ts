import type { Feature } from '../feature.ts'
import { labelRoutes, sourceLabelRoutes } from './api.ts'
import { labels, sourceLabels } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '/labels': labelRoutes, '/sources/:id/labels': sourceLabelRoutes },
  reference: () => import('./reference.ts'),
  tables: [labels, sourceLabels],
  subjects: SUBJECTS,
}
