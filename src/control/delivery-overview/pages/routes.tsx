import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showDestinationOverview } from './destination.tsx'
import { showSourceOverview, showWorkspaceOverview } from './workspace.tsx'

/** The same of a source and its destinations. Mounted under `/sources`. */
export function sourceOverviewPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/delivery-overview', access('destinations:read'), (c) => showSourceOverview(c, deps))
  return app
}

/** The same of a workspace. */
export function workspaceOverviewPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('destinations:read'), (c) => showWorkspaceOverview(c, deps))
  return app
}

/** What became of the events on their way to a destination. Mounted under `/destinations`. */
export function deliveryOverviewPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/delivery-overview', access('destinations:read'), (c) => showDestinationOverview(c, deps))
  return app
}
