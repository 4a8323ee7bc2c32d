import { Hono } from 'hono'
import { access, type AuditEvent, listAuditEvents } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { auditFilterOf } from './filter.ts'
import { type ControlDeps, type ApiEnv, pageOf, pagination } from '../request.ts'

/** Who changed what, the newest first. */
export function auditRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('audit:read'), async (c) => {
    const listed = await listAuditEvents(
      db,
      c.var.workspaceId,
      pageOf(c),
      auditFilterOf((name) => c.req.query(name)),
    )
    return c.json({ data: { events: listed.lines.map(present), pagination: pagination(listed) } })
  })

  return app
}

/** The Public API's AuditEvent, with our address and what differs. */
function present({ id, at, type, actor, address, resource, before, after }: AuditEvent) {
  return {
    id,
    timestamp: isoTime(at),
    type,
    actor: actor.id,
    actorType: actor.type,
    actorEmail: actor.name,
    address,
    resourceId: resource.id,
    resourceType: resource.type.toUpperCase(),
    resourceName: resource.name,
    before,
    after,
  }
}
