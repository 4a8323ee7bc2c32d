import { Hono } from 'hono'
import { type DeviceHalf, refuseAddress } from '../integrations/index.ts'
import { createIntegration, findIntegration, listIntegrations, updateIntegration } from '../settings/index.ts'
import { ApiError } from './errors.ts'
import { integrationChanges, newIntegration } from './input.ts'
import { HTTP_API_SOURCE, presentIntegration } from './present.ts'
import { type ApiDeps, type ApiEnv, cutPage, pageOf, pagination, readJson } from './request.ts'

export function catalogRoutes({ db }: ApiDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/sources', (c) => {
    const page = pageOf(c)
    const all = [HTTP_API_SOURCE]
    return c.json({ data: { sourcesCatalog: cutPage(all, page), pagination: pagination(page, all.length) } })
  })

  app.get('/sources/:id', (c) => {
    const id = c.req.param('id')
    if (id !== HTTP_API_SOURCE.id) throw new ApiError(404, { message: `There is no source ${id} in the catalogue.` })
    return c.json({ data: { sourceMetadata: HTTP_API_SOURCE } })
  })

  app.get('/destinations', async (c) => {
    const page = pageOf(c)
    const all = await listIntegrations(db, c.var.workspaceId)
    const destinationsCatalog = cutPage(all, page).map(presentIntegration)
    return c.json({ data: { destinationsCatalog, pagination: pagination(page, all.length) } })
  })

  app.get('/destinations/:id', async (c) => {
    const id = c.req.param('id')
    const integration = await findIntegration(db, c.var.workspaceId, id)
    if (!integration) throw new ApiError(404, { message: `There is no integration ${id} in the catalogue.` })
    return c.json({ data: { destinationMetadata: presentIntegration(integration) } })
  })

  return app
}

/** Integrations that the workspace makes for itself. */
export function integrationRoutes({ db, settings, allowLocal }: ApiDeps) {
  const app = new Hono<ApiEnv>()

  const checkAddresses = ({ endpoint, device }: { endpoint?: string | undefined; device?: DeviceHalf | undefined }) => {
    const script = device?.plugin.type === 'remote' ? device.plugin.url : undefined
    const addresses = { endpoint, 'device.plugin.url': script }
    for (const [field, address] of Object.entries(addresses)) {
      const problem = address === undefined ? undefined : refuseAddress(address, allowLocal)
      if (problem)
        throw new ApiError(400, { field, message: `The ${field === 'endpoint' ? field : 'URL'} ${problem}.` })
    }
  }

  app.post('/', async (c) => {
    const { settings: fields, supportedMethods: supports, ...facts } = await readJson(c, newIntegration)
    checkAddresses(facts)
    const integration = await createIntegration(db, c.var.workspaceId, { ...facts, fields, supports })
    return c.json({ data: { integration: presentIntegration(integration) } }, 201)
  })

  app.patch('/:id', async (c) => {
    const { settings: fields, supportedMethods: supports, ...facts } = await readJson(c, integrationChanges)
    checkAddresses(facts)
    const integration = await updateIntegration(db, c.var.workspaceId, c.req.param('id'), {
      ...facts,
      fields,
      supports,
    })
    settings.invalidate()
    return c.json({ data: { integration: presentIntegration(integration) } })
  })

  return app
}
