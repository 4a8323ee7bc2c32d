import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showDestinationOverview } from './destination.tsx'

/** What became of the events on their way to a destination. Mounted under `/destinations`. */
export function deliveryOverviewPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/delivery-overview', access('destinations:read'), (c) => showDestinationOverview(c, deps))
  return app
}
