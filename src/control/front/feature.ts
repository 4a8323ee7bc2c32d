import type { Feature } from '../feature.ts'

/** Its pages are for everybody, and what they show is others'. */
export const FEATURE: Feature = {
  pages: () => import('./pages/index.ts'),
}
