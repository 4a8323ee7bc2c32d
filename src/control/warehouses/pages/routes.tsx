import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showBiTool, showBiTools } from './bi.tsx'
import { postDeleteWarehouse, showDeleteWarehouse } from './delete.tsx'
import { postCreateErasure } from './erase.tsx'
import { postCancelJob, postCreateBackfill, showJobs } from './jobs.tsx'
import { showWarehouses } from './list.tsx'
import { postCreateWarehouse, showNewWarehouse } from './new.tsx'
import { postSyncNow, postWarehouseState, showWarehouse } from './overview.tsx'
import { postUpdateWarehouse, showEditWarehouse } from './settings.tsx'
import {
  postConnectSource,
  postDisconnectSource,
  postSelectiveSync,
  showConnectedSource,
  showConnectedSources,
} from './sources.tsx'
import { showSync, showSyncs } from './syncs.tsx'
import { postColumns, postRetypeColumn, showTable, showTables } from './tables.tsx'
import { postTestWarehouse, showTestWarehouse } from './test.tsx'

/** Mounted under `/warehouses`. */
export function warehousePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const read = access('warehouses:read')
  const write = (what: string) => change('warehouses:write', what, subject('warehouse', 'id'))
  app.get('/', read, (c) => showWarehouses(c, deps))
  app.post('/', change('warehouses:write', 'Warehouse Created'), (c) => postCreateWarehouse(c, deps))
  app.get('/new', access('warehouses:write'), (c) => showNewWarehouse(c, deps))
  app.get('/:id', read, (c) => showWarehouse(c, deps))
  app.post('/:id/sync', write('Warehouse Sync Started'), (c) => postSyncNow(c, deps))
  app.post('/:id/state', write('Warehouse Modified'), (c) => postWarehouseState(c, deps))
  app.get('/:id/settings', read, (c) => showEditWarehouse(c, deps))
  app.post('/:id/settings', write('Warehouse Modified'), (c) => postUpdateWarehouse(c, deps))
  app.get('/:id/test', read, (c) => showTestWarehouse(c, deps))
  app.post('/:id/test', write('Warehouse Validated'), (c) => postTestWarehouse(c, deps))
  app.get('/:id/delete', access('warehouses:write'), (c) => showDeleteWarehouse(c, deps))
  app.post('/:id/delete', write('Warehouse Deleted'), (c) => postDeleteWarehouse(c, deps))
  app.get('/:id/sources', read, (c) => showConnectedSources(c, deps))
  app.post('/:id/sources', write('Warehouse Source Connected'), (c) => postConnectSource(c, deps))
  app.get('/:id/sources/:sourceId', read, (c) => showConnectedSource(c, deps))
  app.post('/:id/sources/:sourceId', write('Warehouse Selective Sync Modified'), (c) => postSelectiveSync(c, deps))
  app.post('/:id/sources/:sourceId/disconnect', write('Warehouse Source Disconnected'), (c) =>
    postDisconnectSource(c, deps),
  )
  app.get('/:id/syncs', read, (c) => showSyncs(c, deps))
  app.get('/:id/syncs/:sync', read, (c) => showSync(c, deps))
  app.get('/:id/tables', read, (c) => showTables(c, deps))
  app.get('/:id/tables/:sourceId/:table', read, (c) => showTable(c, deps))
  app.post('/:id/tables/:sourceId/:table', write('Warehouse Selective Sync Modified'), (c) => postColumns(c, deps))
  app.get('/:id/bi', read, (c) => showBiTools(c, deps))
  app.get('/:id/bi/:slug', read, (c) => showBiTool(c, deps))
  app.get('/:id/jobs', read, (c) => showJobs(c, deps))
  app.post('/:id/backfills', write('Warehouse Backfill Started'), (c) => postCreateBackfill(c, deps))
  app.post('/:id/backfills/:job', write('Warehouse Backfill Cancelled'), (c) => postCancelJob(c, deps, 'backfill'))
  app.post('/:id/tables/:sourceId/:table/retypings', write('Warehouse Retyping Started'), (c) =>
    postRetypeColumn(c, deps),
  )
  app.post('/:id/retypings/:job', write('Warehouse Retyping Cancelled'), (c) => postCancelJob(c, deps, 'retyping'))
  app.post('/:id/erasures', write('Warehouse Users Erased'), (c) => postCreateErasure(c, deps))
  return app
}
