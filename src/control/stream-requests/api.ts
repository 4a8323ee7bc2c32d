import { Hono } from 'hono'
import { access, auditSubject, change, subject, subjectInJson } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import { getDestination } from '../destinations/index.ts'
import { type ApiEnv, type ControlDeps, readBody } from '../request.ts'
import { giveStream, revokeStream } from './commands.ts'
import { findSharedStream } from './queries.ts'

/** A customer follows a link. */
export function sharedStreamRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.post('/', change('destinations:write', 'Destination Created', subjectInJson('source', 'sourceId')), async (c) => {
    const who = c.var.person?.email ?? 'A token'
    const { id, name } = await giveStream(deps, c.var.workspaceId, who, await readBody(c))
    auditSubject(c, 'destination', id)
    return c.json({ data: { destinationId: id, name } }, 201)
  })

  return app
}

/** Whom a destination was given to. */
export function streamOfDestinationRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/:id/shared-stream', access('destinations:read'), async (c) => {
    const { id } = await getDestination(deps.db, c.var.workspaceId, c.req.param('id'))
    const shared = await findSharedStream(deps.db, c.var.workspaceId, id)
    if (!shared) throw refusal(404, 'This was given to nobody.')
    const { company, email, words, givenBy, createdAt } = shared
    return c.json({ data: { sharedStream: { company, email, words, givenBy, createdAt: isoTime(createdAt) } } })
  })

  app.delete(
    '/:id/shared-stream',
    change('destinations:write', 'Destination Deleted', subject('destination', 'id')),
    async (c) => {
      await revokeStream(deps, c.var.workspaceId, c.req.param('id'))
      return c.json({ data: { status: 'SUCCESS' } })
    },
  )

  return app
}
