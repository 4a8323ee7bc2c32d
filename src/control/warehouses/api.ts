import { Hono } from 'hono'
import { access, auditSubject, change, subject } from '../../accounts/index.ts'
import { isObject } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import { cutPage, keepMasked, mapPage } from '../../settings/index.ts'
import type { Job } from '../../warehouse/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination, readBody, readBodyOrNone } from '../request.ts'
import { presentSources, sourcesByIds } from '../sources/index.ts'
import {
  cancelJob,
  checkWarehouse,
  connectSource,
  createBackfill,
  createErasure,
  createRetyping,
  createWarehouse,
  deleteWarehouse,
  disconnectSource,
  getJob,
  replaceSchedule,
  syncNow,
  updateSelection,
  updateWarehouse,
  validateWarehouse,
} from './commands.ts'
import {
  presentAdvancedSchedule,
  presentChecks,
  presentJobOf,
  presentReport,
  presentSelection,
  presentSourceSync,
  presentTable,
  presentWarehouse,
  presentWarehouseSync,
} from './present.ts'
import { getConnected, getWarehouse, getWarehouseRow, listConnected, listWarehouses } from './queries.ts'

/** Mounted under `/api/warehouses`. */
export function warehouseRoutes(deps: ControlDeps) {
  const { db, ctx, warehouse } = deps
  const app = new Hono<ApiEnv>()
  const read = access('warehouses:read')
  const write = (what: string) => change('warehouses:write', what, subject('warehouse', 'id'))
  /** Throws 404 before its object is asked. */
  const objectOf = async (workspaceId: string, id: string) => warehouse((await getWarehouseRow(db, workspaceId, id)).id)

  app.get('/', read, async (c) => {
    const listed = await listWarehouses(db, c.var.workspaceId, pageOf(c))
    const warehouses = listed.lines.map((one) => presentWarehouse(one, c.var.access))
    return c.json({ data: { warehouses, pagination: pagination(listed) } })
  })

  app.post('/', change('warehouses:write', 'Warehouse Created'), async (c) => {
    const created = await createWarehouse(deps, c.var.workspaceId, kept(await readBody(c)))
    auditSubject(c, 'warehouse', created.id)
    return c.json({ data: { warehouse: presentWarehouse(created, c.var.access) } }, 201)
  })

  /** A connection by settings that are kept nowhere. */
  app.post('/validation', change('warehouses:write', 'Warehouse Validated'), async (c) => {
    const { ok, checks } = presentChecks(await validateWarehouse(deps, c.var.workspaceId, await readBody(c)))
    return c.json({ data: { status: ok ? 'CONNECTED' : 'FAILED', checks } })
  })

  app.get('/:id', read, async (c) => {
    const found = await getWarehouse(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { warehouse: presentWarehouse(found, c.var.access) } })
  })

  app.patch('/:id', write('Warehouse Modified'), async (c) => {
    const changed = await updateWarehouse(deps, c.var.workspaceId, c.req.param('id'), kept(await readBody(c)))
    return c.json({ data: { warehouse: presentWarehouse(changed, c.var.access) } })
  })

  app.delete('/:id', write('Warehouse Deleted'), async (c) => {
    await deleteWarehouse(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/connection-state', read, async (c) => {
    const { ok, checks } = presentChecks(await checkWarehouse(deps, c.var.workspaceId, c.req.param('id')))
    return c.json({ data: { connectionState: ok ? 'CONNECTED' : 'FAILED', checks } })
  })

  /** How it stands now, as its object says. */
  app.get('/:id/status', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const { report } = await object.report()
    return c.json({ data: { status: presentReport(report) } })
  })

  app.get('/:id/connected-sources', read, async (c) => {
    const { id } = await getWarehouseRow(db, c.var.workspaceId, c.req.param('id'))
    const listed = await listConnected(db, id, pageOf(c))
    const ids = listed.lines.map((one) => one.sourceId)
    const sources = await presentSources(db, await sourcesByIds(db, c.var.workspaceId, ids))
    return c.json({ data: { sources, pagination: pagination(listed) } })
  })

  app.post('/:id/connected-sources/:sourceId', write('Warehouse Source Connected'), async (c) => {
    const { id, sourceId } = c.req.param()
    await connectSource(deps, c.var.workspaceId, id, sourceId, await readBodyOrNone(c))
    return c.json({ data: { status: 'CONNECTED' } }, 201)
  })

  app.delete('/:id/connected-sources/:sourceId', write('Warehouse Source Disconnected'), async (c) => {
    const { id, sourceId } = c.req.param()
    await disconnectSource(deps, c.var.workspaceId, id, sourceId)
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/connected-sources/:sourceId/syncs', read, async (c) => {
    const { id, sourceId } = c.req.param()
    const object = await objectOf(c.var.workspaceId, id)
    await getConnected(db, id, sourceId)
    const listed = await object.sourceSyncs({ sourceId }, pageOf(c))
    const reports = listed.lines.map((one) => presentSourceSync(one, ctx.now()))
    return c.json({ data: { reports, pagination: pagination(listed) } })
  })

  app.get('/:id/connected-sources/:sourceId/selective-syncs', read, async (c) => {
    const { id, sourceId } = c.req.param()
    const object = await objectOf(c.var.workspaceId, id)
    const { leftOut } = await getConnected(db, id, sourceId)
    const listed = await object.tables({ sourceId }, pageOf(c))
    const items = listed.lines.map((table) => presentSelection(table, id, leftOut))
    return c.json({ data: { items, pagination: pagination(listed) } })
  })

  app.patch('/:id/selective-sync', write('Warehouse Selective Sync Modified'), async (c) => {
    const changed = await updateSelection(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { status: changed ? 'UPDATED' : 'UNCHANGED', warnings: [] } })
  })

  app.get('/:id/advanced-sync-schedule', read, async (c) => {
    const { schedule } = await getWarehouseRow(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: presentAdvancedSchedule(schedule) })
  })

  app.put('/:id/advanced-sync-schedule', write('Warehouse Schedule Modified'), async (c) => {
    const { schedule } = await replaceSchedule(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: presentAdvancedSchedule(schedule) })
  })

  app.post('/:id/sync', write('Warehouse Sync Started'), async (c) => {
    const sync = await syncNow(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { sync: presentWarehouseSync(sync) } })
  })

  app.get('/:id/syncs', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const listed = await object.sourceSyncs({}, pageOf(c))
    const reports = listed.lines.map((one) => presentSourceSync(one, ctx.now()))
    return c.json({ data: { reports, pagination: pagination(listed) } })
  })

  app.get('/:id/syncs/:sync', read, async (c) => {
    const { id, sync: syncId } = c.req.param()
    const object = await objectOf(c.var.workspaceId, id)
    const [sync, parts] = await Promise.all([object.sync(syncId), object.sourceSyncs({ syncId }, pageOf(c))])
    if (!sync) throw refusal(404, `There is no sync ${syncId}, or it is not kept any more.`)
    const reports = parts.lines.map((one) => presentSourceSync(one, ctx.now()))
    return c.json({ data: { sync: presentWarehouseSync(sync), reports, pagination: pagination(parts) } })
  })

  app.get('/:id/tables', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const { sourceId, text } = c.req.query()
    const listed = await object.tables({ ...(sourceId && { sourceId }), ...(text && { text }) }, pageOf(c))
    return c.json({ data: { tables: listed.lines.map(presentTable), pagination: pagination(listed) } })
  })

  const jobs = (kind: Job['kind'], all: readonly Job[], page: ReturnType<typeof pageOf>) => {
    const mine = all.filter((job) => job.kind === kind)
    return mapPage(
      cutPage(mine, page, (job) => [-job.orderedAt, job.id]),
      presentJobOf,
    )
  }

  app.get('/:id/backfills', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const listed = jobs('backfill', await object.jobs(), pageOf(c))
    return c.json({ data: { backfills: listed.lines, pagination: pagination(listed) } })
  })

  app.post('/:id/backfills', write('Warehouse Backfill Started'), async (c) => {
    const job = await createBackfill(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { backfill: presentJobOf(job) } }, 201)
  })

  app.get('/:id/backfills/:job', read, async (c) => {
    const { id, job } = c.req.param()
    return c.json({ data: { backfill: presentJobOf(await getJob(deps, c.var.workspaceId, id, 'backfill', job)) } })
  })

  app.delete('/:id/backfills/:job', write('Warehouse Backfill Cancelled'), async (c) => {
    const { id, job } = c.req.param()
    await cancelJob(deps, c.var.workspaceId, id, 'backfill', job)
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/retypings', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const listed = jobs('retyping', await object.jobs(), pageOf(c))
    return c.json({ data: { retypings: listed.lines, pagination: pagination(listed) } })
  })

  app.post('/:id/retypings', write('Warehouse Retyping Started'), async (c) => {
    const job = await createRetyping(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { retyping: presentJobOf(job) } }, 201)
  })

  app.get('/:id/retypings/:job', read, async (c) => {
    const { id, job } = c.req.param()
    return c.json({ data: { retyping: presentJobOf(await getJob(deps, c.var.workspaceId, id, 'retyping', job)) } })
  })

  app.delete('/:id/retypings/:job', write('Warehouse Retyping Cancelled'), async (c) => {
    const { id, job } = c.req.param()
    await cancelJob(deps, c.var.workspaceId, id, 'retyping', job)
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/erasures', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const listed = jobs('erasure', await object.jobs(), pageOf(c))
    return c.json({ data: { erasures: listed.lines, pagination: pagination(listed) } })
  })

  app.post('/:id/erasures', write('Warehouse Users Erased'), async (c) => {
    const job = await createErasure(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { erasure: presentJobOf(job) } }, 201)
  })

  app.get('/:id/erasures/:job', read, async (c) => {
    const { id, job } = c.req.param()
    return c.json({ data: { erasure: presentJobOf(await getJob(deps, c.var.workspaceId, id, 'erasure', job)) } })
  })

  app.get('/:id/removals', read, async (c) => {
    const object = await objectOf(c.var.workspaceId, c.req.param('id'))
    const listed = jobs('removal', await object.jobs(), pageOf(c))
    return c.json({ data: { removals: listed.lines, pagination: pagination(listed) } })
  })

  app.get('/:id/removals/:job', read, async (c) => {
    const { id, job } = c.req.param()
    return c.json({ data: { removal: presentJobOf(await getJob(deps, c.var.workspaceId, id, 'removal', job)) } })
  })

  return app
}

/**
 * A body whose secrets may be as an answer showed them: those stay as they are. Segment has a warehouse's name among its
 * settings.
 */
function kept(body: unknown): unknown {
  if (!isObject(body) || !isObject(body['settings'])) return body
  const { name, ...settings } = body['settings']
  const named = name !== undefined && body['name'] === undefined ? { name } : {}
  return { ...body, ...named, settings: keepMasked(settings) }
}
