import { Hono } from 'hono'
import { access, change, subject, subjectInForm } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postCloudState, postConnectCloud, postPullNow, postTestCloud, showCloud } from './cloud.tsx'
import { postAllowed, showAllowed } from './allowed.tsx'
import { postAddCollections, showChoices } from './choices.tsx'
import { postDisconnectCloud, postDropTables, showDisconnect } from './disconnect.tsx'

/** Mounted under `/sources`. */
export function cloudSourcePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const write = (what: string) => change('sources:write', what, subject('source', 'id'))
  app.get('/:id/cloud', access('sources:read'), (c) => showCloud(c, deps))
  app.post('/:id/cloud', write('Cloud Source Connected'), (c) => postConnectCloud(c, deps))
  app.post('/:id/cloud/test', write('Cloud Source Validated'), (c) => postTestCloud(c, deps))
  app.post('/:id/cloud/pull', write('Cloud Source Pull Started'), (c) => postPullNow(c, deps))
  app.post('/:id/cloud/state', write('Cloud Source Connected'), (c) => postCloudState(c, deps))
  app.get('/:id/cloud/collections', access('sources:read'), (c) => showChoices(c, deps))
  app.post('/:id/cloud/collections', write('Cloud Source Connected'), (c) => postAddCollections(c, deps))
  app.get('/:id/cloud/disconnect', access('sources:read'), (c) => showDisconnect(c, deps))
  app.post('/:id/cloud/disconnect', write('Cloud Source Disconnected'), (c) => postDisconnectCloud(c, deps))
  app.post(
    '/:id/cloud/tables',
    change('warehouses:write', 'Cloud Source Tables Dropped', subject('source', 'id')),
    (c) => postDropTables(c, deps),
  )
  return app
}

/** Mounted under `/cloud`: where vendors send browsers back to. */
export function allowedPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/allowed', access('sources:read'), (c) => showAllowed(c, deps))
  app.post('/allowed', change('sources:write', 'Cloud Source Allowed', subjectInForm('source', 'source')), (c) =>
    postAllowed(c, deps),
  )
  return app
}
