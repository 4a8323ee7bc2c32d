import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { showIntegration } from './entry.tsx'
import { showCatalogue } from './list.tsx'

/** Mounted under `/catalogue`. */
export function cataloguePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('integrations:read'), (c) => showCatalogue(c, deps))
  app.get('/:slug', access('integrations:read'), (c) => showIntegration(c, deps))
  return app
}
