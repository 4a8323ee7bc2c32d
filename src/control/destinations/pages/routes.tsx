import { Hono } from 'hono'
import { access, change, sourceInForm, subject } from '../../../accounts/index.ts'
import type { PageDeps } from '../../feature.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import { deleteIt, deletePage } from './delete.tsx'
import { disablePage, setState, tryOneNow } from './state-change.tsx'
import { listPage } from './list.tsx'
import { addDestination, newPage } from './new.tsx'
import { overviewPage } from './overview.tsx'
import { saveSettings, settingsPage } from './settings.tsx'
import { sendTest, testPage } from './test.tsx'

/** Mounted under `/destinations`. */
export function destinationPages(deps: PageDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('destinations:read')
  const write = (name: string) => change('destinations:write', name, subject('destination', 'id'))

  app.get('/', read, (c) => listPage(c, deps))
  app.post('/', change('destinations:write', 'Destination Created', sourceInForm('source')), (c) =>
    addDestination(c, deps),
  )
  app.get('/new', read, (c) => newPage(c, deps))
  app.get('/:id', read, (c) => overviewPage(c, deps))
  app.post('/:id/state', write('Destination Modified'), (c) => setState(c, deps))
  app.post('/:id/try-now', write('Destination Tried'), (c) => tryOneNow(c, deps))
  app.get('/:id/disable', read, (c) => disablePage(c, deps))
  app.get('/:id/settings', read, (c) => settingsPage(c, deps))
  app.post('/:id/settings', write('Destination Modified'), (c) => saveSettings(c, deps))
  app.get('/:id/test', read, (c) => testPage(c, deps))
  app.post('/:id/test', write('Destination Tested'), (c) => sendTest(c, deps))
  app.get('/:id/delete', read, (c) => deletePage(c, deps))
  app.post('/:id/delete', write('Destination Deleted'), (c) => deleteIt(c, deps))
  return app
}
