import type { Feature } from '../feature.ts'
import { sharedStreamRoutes, streamOfDestinationRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { sharedStreams, streamRequests } from './schema.ts'

/** Immediate access: a customer gives somebody who is no partner a signed copy of some of their events. */
export const FEATURE: Feature = {
  api: { '/shared-streams': sharedStreamRoutes, '/destinations': streamOfDestinationRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  tables: [streamRequests, sharedStreams],
}
