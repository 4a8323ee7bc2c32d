import type { Feature } from '../feature.ts'
import { qualityListRoutes, qualityReviewRoutes, qualityRoutes, settingsExportRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import {
  customerNotices,
  deliveryDays,
  deliveryReads,
  integrationDays,
  integrationSamples,
  maintenanceWindows,
  qualityDays,
} from './schema.ts'

/** A dial. */
const DIAL = { path: 'M2 12a6 6 0 1 1 12 0M8 12l3-4.5M4.5 12h7' }

export const FEATURE: Feature = {
  api: {
    '/integrations': qualityRoutes,
    '/submissions': qualityReviewRoutes,
    '/quality': qualityListRoutes,
    '/destinations': settingsExportRoutes,
  },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'quality',
    label: 'Quality',
    href: '/quality',
    icon: DIAL,
    group: 'deployment',
    needs: 'submissions:read',
  },
  flash: FLASH,
  tables: [
    customerNotices,
    deliveryDays,
    deliveryReads,
    integrationDays,
    integrationSamples,
    maintenanceWindows,
    qualityDays,
  ],
}
