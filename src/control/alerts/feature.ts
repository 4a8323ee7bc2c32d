import type { Feature } from '../feature.ts'
import { alertRoutes, alertRuleRoutes } from './api.ts'
import { FLASH } from './flash.ts'
import { countUnread } from './queries.ts'
import { alertReaders, alerts, alertSettings } from './schema.ts'
import { SUBJECTS } from './subjects.ts'

const BELL = 'M8 2a3.5 3.5 0 0 0-3.5 3.5c0 4-1.5 5-1.5 5h10s-1.5-1-1.5-5A3.5 3.5 0 0 0 8 2M6.5 13h3'

export const FEATURE: Feature = {
  api: { '/alerts': alertRoutes, '/alert-rules': alertRuleRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: {
    key: 'alerts',
    label: 'Alerts',
    href: '/alerts',
    icon: { path: BELL },
    group: 'main',
    counted: true,
    needs: 'alerts:read',
  },
  flash: FLASH,
  tables: [alerts, alertSettings, alertReaders],
  unread: countUnread,
  subjects: SUBJECTS,
}
