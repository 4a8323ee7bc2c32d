import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { groupPage } from './group.tsx'
import { groupsPage } from './groups.tsx'

export function referencePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), (c) => groupsPage(c, deps))
  app.get('/:group', access('workspace:read'), (c) => groupPage(c, deps))
  return app
}
