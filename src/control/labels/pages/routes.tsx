import { Hono } from 'hono'
import { access, change, subject, subjectInForm } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postCreateLabel, postDeleteLabel, showLabels } from './labels.tsx'
import { postSourceLabels, showSourceLabels } from './source.tsx'

export function labelPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('workspace:read'), (c) => showLabels(c, deps))
  app.post('/', change('workspace:write', 'Label Created'), (c) => postCreateLabel(c, deps))
  app.post('/delete', change('workspace:write', 'Label Deleted', subjectInForm('label', 'label')), (c) =>
    postDeleteLabel(c, deps),
  )
  return app
}

/** Mounted under `/sources/:id/labels`. */
export function sourceLabelPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('sources:read'), (c) => showSourceLabels(c, deps))
  app.post('/', change('sources:write', 'Source Modified', subject('source', 'id')), (c) => postSourceLabels(c, deps))
  return app
}
