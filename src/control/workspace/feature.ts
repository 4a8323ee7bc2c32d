import type { Feature } from '../feature.ts'
import { workspaceRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  api: { '': workspaceRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  subjects: SUBJECTS,
}
