import type { Feature } from '../feature.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

export const FEATURE: Feature = {
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  subjects: SUBJECTS,
}
