import type { Feature } from '../feature.ts'
import { FLASH } from './flash.ts'

/** Its routes and pages are below those of what has dead letters. */
export const FEATURE: Feature = {
  reference: () => import('./reference.ts'),
  flash: FLASH,
}
