import { Hono } from 'hono'
import { access, auditSubject, change, granted, subject } from '../../accounts/index.ts'
import { describeOwnIntegration } from '../catalogue/index.ts'
import { getDestination } from '../destinations/index.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import { changeClientSecret, createClient, deleteClient, revokeGrant, updateClient, updateGranted } from './commands.ts'
import { presentClient, presentGrant, presentGranted } from './present.ts'
import { listClients, listGrants } from './queries.ts'

/** Clients of integrations of the workspace's own. */
export function clientRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()
  const about = subject('client', 'clientId')

  app.get('/:id/clients', access('integrations:read'), async (c) => {
    const id = c.req.param('id')
    await describeOwnIntegration(db, c.var.workspaceId, id)
    return c.json({ data: { clients: (await listClients(db, id)).map(presentClient) } })
  })

  app.post('/:id/clients', change('integrations:write', 'Client Created', subject('integration', 'id')), async (c) => {
    const { secret, ...made } = await createClient(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    auditSubject(c, 'client', made.id)
    return c.json({ data: { client: { ...presentClient(made), secret: secret ?? null } } }, 201)
  })

  app.patch('/:id/clients/:clientId', change('integrations:write', 'Client Modified', about), async (c) => {
    const { id, clientId } = c.req.param()
    const changed = await updateClient(deps, c.var.workspaceId, id, clientId, await readBody(c))
    return c.json({ data: { client: presentClient(changed) } })
  })

  app.post('/:id/clients/:clientId/secret', change('integrations:write', 'Client Modified', about), async (c) => {
    const { id, clientId } = c.req.param()
    return c.json({ data: { secret: await changeClientSecret(deps, c.var.workspaceId, id, clientId) } }, 201)
  })

  app.delete('/:id/clients/:clientId', change('integrations:write', 'Client Deleted', about), async (c) => {
    const { id, clientId } = c.req.param()
    await deleteClient(deps, c.var.workspaceId, id, clientId)
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

/** What a customer has allowed about a destination. */
export function grantRoutes(deps: ControlDeps) {
  const { db } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/grants', access('destinations:read'), async (c) => {
    const { id } = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { grants: (await listGrants(db, c.var.workspaceId, id)).map(presentGrant) } })
  })

  app.delete(
    '/:id/grants/:grantId',
    change('destinations:write', 'Grant Revoked', subject('grant', 'grantId')),
    async (c) => {
      const { id, grantId } = c.req.param()
      await revokeGrant(deps, c.var.workspaceId, id, grantId)
      return c.json({ data: { status: 'SUCCESS' } })
    },
  )

  return app
}

/** For clients: the one destination that their token was allowed. */
export function grantedRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', granted(), async (c) => {
    const { workspaceId, grant } = c.var.access
    const destination = await getDestination(deps.db, workspaceId, grant?.destinationId ?? '')
    return c.json({ data: { destination: presentGranted(destination) } })
  })

  app.patch('/', granted('Destination Modified'), async (c) => {
    const { workspaceId, grant } = c.var.access
    const changed = await updateGranted(deps, workspaceId, grant?.destinationId ?? '', await readBody(c))
    return c.json({ data: { destination: presentGranted(changed) } })
  })

  return app
}
