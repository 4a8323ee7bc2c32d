import { Hono } from 'hono'
import { access, change, publicRoute, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { findPicture, isPictureName } from '../../catalogue/index.ts'
import { sendPicture } from '../../picture.ts'
import type { ControlDeps } from '../../request.ts'
import { postUpdateIntegration, showEditIntegration } from './edit.tsx'
import { showOwnIntegrations } from './list.tsx'
import { postImport, showImport, showManifest } from './manifest.tsx'
import { postCreateIntegration, showNewIntegration } from './new.tsx'

/** Mounted under `/integrations`: where a workspace builds what others can switch on. */
export function portalPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('integrations:write'), (c) => showOwnIntegrations(c, deps))
  app.post('/', change('integrations:write', 'Integration Created'), (c) => postCreateIntegration(c, deps))
  app.get('/new', access('integrations:write'), (c) => showNewIntegration(c))
  app.get('/manifest', access('integrations:write'), (c) => showImport(c))
  app.post('/manifest', change('integrations:write', 'Integration Imported'), (c) => postImport(c, deps))
  app.get('/pictures/:id/:name/:version', publicRoute(), async (c) => {
    const name = c.req.param('name')
    return isPictureName(name) ? sendPicture(c, await findPicture(deps.db, c.req.param('id'), name)) : c.notFound()
  })
  app.get('/:id', access('integrations:write'), (c) => showEditIntegration(c, deps))
  app.get('/:id/manifest', access('integrations:write'), (c) => showManifest(c, deps))
  app.post('/:id', change('integrations:write', 'Integration Modified', subject('integration', 'id')), (c) =>
    postUpdateIntegration(c, deps),
  )
  return app
}
