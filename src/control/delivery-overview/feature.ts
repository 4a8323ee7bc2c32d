import type { Feature } from '../feature.ts'
import { deliveryOverviewRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/delivery-overview': deliveryOverviewRoutes },
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'delivery-overview',
    label: 'Delivery overview',
    href: '/delivery-overview',
    icon: { path: 'M2 3.5h12M4 8h8M6.5 12.5h3' },
    group: 'main',
  },
  reference: () => import('./reference.ts'),
}
