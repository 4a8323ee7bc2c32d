import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { ControlDeps } from '../../request.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { deleteIt, deletePage } from './delete.tsx'
import { listPage } from './list.tsx'
import { addSource, newPage } from './new.tsx'
import { overviewPage } from './overview.tsx'
import { addKey, revokeKey, revokePage, saveSettings, settingsPage } from './settings.tsx'
import { arrivalsPart, setupPage } from './setup.tsx'

/** Mounted under `/sources`. */
export function sourcePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('sources:read')
  const write = (name: string) => change('sources:write', name, subject('source', 'id'))

  app.get('/', read, (c) => listPage(c, deps))
  app.post('/', change('sources:write', 'Source Created'), (c) => addSource(c, deps))
  app.get('/new', access('sources:write'), (c) => newPage(c))
  app.get('/:id', read, (c) => overviewPage(c, deps))
  app.get('/:id/setup', read, (c) => setupPage(c, deps))
  app.get('/:id/arrivals', read, (c) => arrivalsPart(c, deps))
  app.get('/:id/settings', read, (c) => settingsPage(c, deps))
  app.post('/:id/settings', write('Source Modified'), (c) => saveSettings(c, deps))
  app.post('/:id/keys', write('Write Key Created'), (c) => addKey(c, deps))
  app.get('/:id/keys/revoke', read, (c) => revokePage(c, deps))
  app.post('/:id/keys/revoke', write('Write Key Revoked'), (c) => revokeKey(c, deps))
  app.get('/:id/delete', read, (c) => deletePage(c, deps))
  app.post('/:id/delete', write('Source Deleted'), (c) => deleteIt(c, deps))
  return app
}
