import { Hono } from 'hono'
import { access, change, programRoute, publicRoute, subject, subjectInForm } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postAllowDestination, postAllowNew, showAuthorize } from './authorize.tsx'
import {
  postChangeClientSecret,
  postCreateClient,
  postDeleteClient,
  postUpdateClient,
  showClient,
  showClients,
} from './clients.tsx'
import { answerExchange, answerMetadata, answerRevoke } from './protocol.ts'
import { postRevokeGrant, showAccess } from './access.tsx'

/** RFC 8414: where this server has what. */
export function metadataPages() {
  const app = new Hono<PanelEnv>()
  app.get('/oauth-authorization-server', publicRoute(), (c) => answerMetadata(c))
  return app
}

/** For customers, whom a client asks, and for clients. */
export function authorizePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/authorize', access('destinations:read'), (c) => showAuthorize(c, deps))
  app.post(
    '/authorize',
    change('destinations:write', 'Destination Created', subjectInForm('source', 'sourceId')),
    (c) => postAllowNew(c, deps),
  )
  app.post(
    '/authorize/existing',
    change('destinations:write', 'Destination Shared', subjectInForm('destination', 'destinationId')),
    (c) => postAllowDestination(c, deps),
  )
  app.post('/token', programRoute(), (c) => answerExchange(c, deps))
  app.post('/revoke', programRoute(), (c) => answerRevoke(c, deps))
  return app
}

/** For partners: clients of an integration of theirs. */
export function clientPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  const about = subject('client', 'clientId')
  app.get('/:id/clients', access('integrations:write'), (c) => showClients(c, deps))
  app.post('/:id/clients', change('integrations:write', 'Client Created', subject('integration', 'id')), (c) =>
    postCreateClient(c, deps),
  )
  app.get('/:id/clients/:clientId', access('integrations:write'), (c) => showClient(c, deps))
  app.post('/:id/clients/:clientId', change('integrations:write', 'Client Modified', about), (c) =>
    postUpdateClient(c, deps),
  )
  app.post('/:id/clients/:clientId/secret', change('integrations:write', 'Client Modified', about), (c) =>
    postChangeClientSecret(c, deps),
  )
  app.post('/:id/clients/:clientId/delete', change('integrations:write', 'Client Deleted', about), (c) =>
    postDeleteClient(c, deps),
  )
  return app
}

/** For customers: what they have allowed about a destination. */
export function accessPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/access', access('destinations:read'), (c) => showAccess(c, deps))
  app.post(
    '/:id/access/:grantId/revoke',
    change('destinations:write', 'Grant Revoked', subject('grant', 'grantId')),
    (c) => postRevokeGrant(c, deps),
  )
  return app
}
