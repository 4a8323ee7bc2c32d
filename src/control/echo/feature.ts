import type { Feature } from '../feature.ts'
import { echoRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/echo': echoRoutes },
  reference: () => import('./reference.ts'),
}
