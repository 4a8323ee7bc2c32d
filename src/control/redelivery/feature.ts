import type { Feature } from '../feature.ts'
import { redeliveryRoutes, replayAnswerRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { replayAnswers, replayRequests, returns } from './schema.ts'

export const FEATURE: Feature = {
  api: { '/integrations': redeliveryRoutes, '/destinations': replayAnswerRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  tables: [returns, replayRequests, replayAnswers],
}
