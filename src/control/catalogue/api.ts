import { Hono } from 'hono'
import { access, change, auditSubject, subject } from '../../accounts/index.ts'
import { SOURCE_KINDS } from '../../integrations/index.ts'
import { cutPage } from '../../settings/index.ts'
import { createIntegration, importManifest, updateIntegration } from './commands.ts'
import { manifestOf } from './manifest.ts'
import { presentIntegration, presentSourceKind } from './present.ts'
import { catalogueKey, describeOwnIntegration, findIntegration, listIntegrations } from './queries.ts'
import { type ControlDeps, type ApiEnv, pageOf, pagination, readBody } from '../request.ts'
import { refusal } from '../../refusal.ts'
import { presentWarehouseEntry } from '../warehouses/index.ts'

export function catalogRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/sources', access('integrations:read'), (c) => {
    const listed = cutPage(SOURCE_KINDS, pageOf(c), (kind) => [SOURCE_KINDS.indexOf(kind)])
    const sourcesCatalog = listed.lines.map(presentSourceKind)
    return c.json({ data: { sourcesCatalog, pagination: pagination(listed) } })
  })

  app.get('/sources/:id', access('integrations:read'), (c) => {
    const id = c.req.param('id')
    const found = SOURCE_KINDS.find((kind) => kind.id === id)
    if (!found) throw refusal(404, `There is no source ${id} in the catalogue.`)
    return c.json({ data: { sourceMetadata: presentSourceKind(found) } })
  })

  app.get('/destinations', access('integrations:read'), async (c) => {
    const listed = cutPage(await listIntegrations(db, c.var.workspaceId), pageOf(c), catalogueKey)
    const destinationsCatalog = listed.lines.map((one) => presentIntegration(one, c.var.access))
    return c.json({ data: { destinationsCatalog, pagination: pagination(listed) } })
  })

  app.get('/destinations/:id', access('integrations:read'), async (c) => {
    const id = c.req.param('id')
    const found = await findIntegration(db, c.var.workspaceId, id)
    if (!found) throw refusal(404, `There is no integration ${id} in the catalogue.`)
    return c.json({ data: { destinationMetadata: presentIntegration(found, c.var.access) } })
  })

  app.get('/warehouses', access('integrations:read'), async (c) => {
    const listed = cutPage(await listIntegrations(db, c.var.workspaceId, 'warehouse'), pageOf(c), catalogueKey)
    const warehousesCatalog = listed.lines.map(presentWarehouseEntry)
    return c.json({ data: { warehousesCatalog, pagination: pagination(listed) } })
  })

  app.get('/warehouses/:id', access('integrations:read'), async (c) => {
    const id = c.req.param('id')
    const found = await findIntegration(db, c.var.workspaceId, id, 'warehouse')
    if (!found) throw refusal(404, `There is no warehouse ${id} in the catalogue.`)
    return c.json({ data: { warehouseMetadata: presentWarehouseEntry(found) } })
  })

  return app
}

/** Integrations that the workspace makes for itself. */
export function integrationRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('integrations:write', 'Integration Created'), async (c) => {
    const { integration, removed } = await createIntegration(deps, c.var.workspaceId, await readBody(c))
    auditSubject(c, 'integration', integration.id)
    return c.json({ data: { integration: presentIntegration(integration, c.var.access), removed } }, 201)
  })

  app.post('/manifest', change('integrations:write', 'Integration Imported'), async (c) => {
    const { integration, removed, created, draft } = await importManifest(deps, c.var.workspaceId, await readBody(c))
    auditSubject(c, 'integration', integration.id)
    const data = { integration: presentIntegration(integration, c.var.access), removed, created, draft }
    return c.json({ data }, created ? 201 : 200)
  })

  app.get('/:id/manifest', access('integrations:write'), async (c) => {
    const own = await describeOwnIntegration(deps.db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { manifest: manifestOf(own) } })
  })

  app.patch('/:id', change('integrations:write', 'Integration Modified', subject('integration', 'id')), async (c) => {
    const { integration, removed, draft } = await updateIntegration(
      deps,
      c.var.workspaceId,
      c.req.param('id'),
      await readBody(c),
    )
    return c.json({ data: { integration: presentIntegration(integration, c.var.access), removed, draft } })
  })

  return app
}
