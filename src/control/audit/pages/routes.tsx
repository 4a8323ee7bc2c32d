import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showAuditTrail } from './audit.tsx'

export function auditPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('audit:read'), (c) => showAuditTrail(c, deps))
  return app
}
