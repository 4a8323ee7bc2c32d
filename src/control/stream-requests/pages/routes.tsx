import { Hono } from 'hono'
import { access, change, publicRoute, subject, subjectInForm } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postConfirmStream, showConfirmStream } from './confirm-stream.tsx'
import { postGiveStream, showStream } from './give.tsx'
import { postStreamRequest, showImmediateAccess } from './immediate-access.tsx'
import { postRevokeStream } from './shared-with.tsx'

/** For everybody. A link in a mail opens a page, whoever opens it; only the page's form does something. */
export function askingPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/immediate-access', publicRoute(), (c) => showImmediateAccess(c, deps))
  app.post('/immediate-access', publicRoute(), (c) => postStreamRequest(c, deps))
  app.get('/immediate-access/confirm/:token', publicRoute(), (c) => showConfirmStream(c, deps))
  app.post('/immediate-access/confirm/:token', publicRoute(), (c) => postConfirmStream(c, deps))
  return app
}

/** For customers who were sent a link. */
export function givingPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:token', access('destinations:read'), (c) => showStream(c, deps))
  app.post('/:token', change('destinations:write', 'Destination Created', subjectInForm('source', 'sourceId')), (c) =>
    postGiveStream(c, deps),
  )
  return app
}

/** For customers who have given one. */
export function givenPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.post(
    '/:id/shared-stream/revoke',
    change('destinations:write', 'Destination Deleted', subject('destination', 'id')),
    (c) => postRevokeStream(c, deps),
  )
  return app
}
