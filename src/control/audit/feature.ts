import type { Feature } from '../feature.ts'
import { auditRoutes } from './api.ts'

export const FEATURE: Feature = {
  api: { '/audit-events': auditRoutes },
  reference: () => import('./reference.ts'),
  pages: () => import('./pages/index.ts'),
  nav: { key: 'audit', label: 'Audit trail', href: '/audit', icon: 'audit', group: 'workspace', needs: 'audit:read' },
}
