import { Hono } from 'hono'
import { access } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { entryPage } from './entry.tsx'
import { listPage } from './list.tsx'

/** Mounted under `/catalogue`. */
export function cataloguePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('integrations:read'), (c) => listPage(c, deps))
  app.get('/:slug', access('integrations:read'), (c) => entryPage(c, deps))
  return app
}
