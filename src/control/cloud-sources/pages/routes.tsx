import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import {
  postCloudState,
  postConnectCloud,
  postDisconnectCloud,
  postPullNow,
  postTestCloud,
  showCloud,
} from './cloud.tsx'

/** Mounted under `/sources`. */
export function cloudSourcePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const write = (what: string) => change('sources:write', what, subject('source', 'id'))
  app.get('/:id/cloud', access('sources:read'), (c) => showCloud(c, deps))
  app.post('/:id/cloud', write('Cloud Source Connected'), (c) => postConnectCloud(c, deps))
  app.post('/:id/cloud/test', write('Cloud Source Validated'), (c) => postTestCloud(c, deps))
  app.post('/:id/cloud/pull', write('Cloud Source Pull Started'), (c) => postPullNow(c, deps))
  app.post('/:id/cloud/state', write('Cloud Source Connected'), (c) => postCloudState(c, deps))
  app.post('/:id/cloud/disconnect', write('Cloud Source Disconnected'), (c) => postDisconnectCloud(c, deps))
  return app
}
