import type { Feature } from '../feature.ts'

export const FEATURE: Feature = {
  pages: () => import('./pages/index.ts'),
}
