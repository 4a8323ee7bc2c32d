import { Hono } from 'hono'
import { access, change, may, subject } from '../../accounts/index.ts'
import { isObject } from '../../event/index.ts'
import { keepMasked } from '../../settings/index.ts'
import { refusal } from '../../refusal.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import {
  checkCloudSource,
  connectCloudSource,
  disconnectCloudSource,
  disconnectWithTables,
  pullNow,
} from './commands.ts'
import { presentCloud, presentPull } from './present.ts'
import { connectionOfRow, getCloudSource } from './queries.ts'

/** Sources that pull. Mounted under `/sources`. */
export function cloudSourceRoutes(deps: ControlDeps) {
  const { db, puller } = deps
  const app = new Hono<ApiEnv>()
  const write = (what: string) => change('sources:write', what, subject('source', 'id'))

  app.get('/:id/cloud', access('sources:read'), async (c) => {
    const { source, vendor, row } = await getCloudSource(db, c.var.workspaceId, c.req.param('id'))
    const connection = row ? await connectionOfRow(db, vendor, row) : null
    const report = row ? await puller(source.id).report() : null
    const allowed = row && vendor.oauth ? await puller(source.id).isAllowed() : null
    return c.json({ data: { cloud: presentCloud(vendor, connection, { report, allowed }, c.var.access) } })
  })

  app.put('/:id/cloud', write('Cloud Source Connected'), async (c) => {
    const body = await readBody(c)
    const kept =
      isObject(body) && isObject(body['settings']) ? { ...body, settings: keepMasked(body['settings']) } : body
    const connection = await connectCloudSource(deps, c.var.workspaceId, c.req.param('id'), kept)
    const { vendor } = await getCloudSource(db, c.var.workspaceId, c.req.param('id'))
    const allowed = vendor.oauth ? await puller(connection.id).isAllowed() : null
    const { report } = connection
    return c.json({ data: { cloud: presentCloud(vendor, connection, { report, allowed }, c.var.access) } })
  })

  app.delete('/:id/cloud', write('Cloud Source Disconnected'), async (c) => {
    await disconnectCloudSource(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.delete(
    '/:id/cloud/tables',
    change('warehouses:write', 'Cloud Source Tables Dropped', subject('source', 'id')),
    async (c) => {
      const id = c.req.param('id')
      if (!may(c.var.access, 'sources:write', id)) throw refusal(403, 'You may not change this source.')
      return c.json({ data: { removals: await disconnectWithTables(deps, c.var.workspaceId, id) } })
    },
  )

  app.post('/:id/cloud/validation', write('Cloud Source Validated'), async (c) => {
    const checks = await checkCloudSource(deps, c.var.workspaceId, c.req.param('id'))
    const ok = checks.every((one) => one.ok)
    return c.json({ data: { status: ok ? 'CONNECTED' : 'FAILED', checks } })
  })

  app.post('/:id/cloud/pull', write('Cloud Source Pull Started'), async (c) => {
    const report = await pullNow(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: presentPull(report) } })
  })

  return app
}
