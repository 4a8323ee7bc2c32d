import { tables } from '../../accounts/index.ts'
import type { Feature } from '../feature.ts'
import { clientRoutes, grantedRoutes, grantRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { SUBJECTS } from './subjects.ts'

/** “Enable with Sluice”: customers allow a partner's site one destination, by OAuth 2.1. */
export const FEATURE: Feature = {
  api: { '/integrations': clientRoutes, '/destinations': grantRoutes, '/granted-destination': grantedRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  flash: FLASH,
  tables: [tables.oauthClients, tables.oauthGrants, tables.oauthTokens],
  subjects: SUBJECTS,
}
