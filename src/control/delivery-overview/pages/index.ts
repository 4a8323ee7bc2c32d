import type { Pages } from '../../feature.ts'
import { deliveryOverviewPages, sourceOverviewPages, workspaceOverviewPages } from './routes.tsx'

export const PAGES: Pages = {
  '/delivery-overview': workspaceOverviewPages,
  '/sources': sourceOverviewPages,
  '/destinations': deliveryOverviewPages,
}
