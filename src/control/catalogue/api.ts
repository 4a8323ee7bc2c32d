import { Hono } from 'hono'
import { access, change, made, subject } from '../../accounts/index.ts'
import { type DeviceHalf, refuseAddress, SOURCE_KINDS } from '../../integrations/index.ts'
import {
  catalogueKey,
  createIntegration,
  cutPage,
  findIntegration,
  listIntegrations,
  updateIntegration,
} from '../../settings/index.ts'
import { integrationChanges, newIntegration } from './input.ts'
import { presentIntegration, presentSourceKind } from './present.ts'
import { type ControlDeps, type ApiEnv, pageOf, pagination, readJson } from '../request.ts'
import { Refusal } from '../../refusal.ts'

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
    if (!found) throw new Refusal(404, { message: `There is no source ${id} in the catalogue.` })
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
    if (!found) throw new Refusal(404, { message: `There is no integration ${id} in the catalogue.` })
    return c.json({ data: { destinationMetadata: presentIntegration(found, c.var.access) } })
  })

  return app
}

/** Integrations that the workspace makes for itself. */
export function integrationRoutes({ db, settings, allowLocal }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  const checkAddresses = ({ endpoint, device }: { endpoint?: string | undefined; device?: DeviceHalf | undefined }) => {
    const script = device?.plugin.type === 'remote' ? device.plugin.url : undefined
    // Devices load the script, and they may do so from the platform itself; it is the platform that asks the endpoint.
    const addresses = [
      { field: 'endpoint', what: 'endpoint', address: endpoint, local: allowLocal },
      { field: 'device.plugin.url', what: 'URL', address: script, local: allowLocal !== false },
    ]
    for (const { field, what, address, local } of addresses) {
      const problem = address === undefined ? undefined : refuseAddress(address, local)
      if (problem) throw new Refusal(400, { field, message: `The ${what} ${problem}.` })
    }
  }

  app.post('/', change('integrations:write', 'Integration Created'), async (c) => {
    const { settings: fields, supportedMethods: supports, ...facts } = await readJson(c, newIntegration)
    checkAddresses(facts)
    const created = await createIntegration(db, c.var.workspaceId, { ...facts, fields, supports })
    made(c, 'integration', created.id)
    return c.json({ data: { integration: presentIntegration(created, c.var.access) } }, 201)
  })

  app.patch('/:id', change('integrations:write', 'Integration Modified', subject('integration', 'id')), async (c) => {
    const { settings: fields, supportedMethods: supports, ...facts } = await readJson(c, integrationChanges)
    checkAddresses(facts)
    const changes = { ...facts, fields, supports }
    const changed = await updateIntegration(db, c.var.workspaceId, c.req.param('id'), changes)
    settings.invalidate()
    return c.json({ data: { integration: presentIntegration(changed, c.var.access) } })
  })

  return app
}
