import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination } from '../request.ts'
import { getSource } from '../sources/index.ts'
import { eventOfSchema, schemaQuery } from './asked.ts'
import { presentSchemaDetails, presentSchemaEvent } from './present.ts'
import { getSchemaEvent } from './queries.ts'

/** What a source's events are. Mounted under `/sources`. */
export function schemaRoutes(deps: ControlDeps) {
  const { db, statistics } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:id/schema', access('sources:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const query = schemaQuery((name) => c.req.query(name))
    const { events, known, others, progress } = await statistics(id).schema({ ...query, page: pageOf(c) })
    const lines = events.lines.map(presentSchemaEvent)
    return c.json({ data: { events: lines, known, others, ...progress, pagination: pagination(events) } })
  })

  app.get('/:id/schema/event', access('sources:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const wanted = eventOfSchema((name) => c.req.query(name))
    const event = await getSchemaEvent(deps, id, wanted, c.var.access)
    return c.json({ data: { event: presentSchemaDetails(event) } })
  })

  return app
}
