import { Hono } from 'hono'
import { access, change, auditSubject, skipAudit, subject } from '../../accounts/index.ts'
import { cursorOf, type PagePlace, type Source } from '../../settings/index.ts'
import {
  checkSchemaSettings,
  createSource,
  createWriteKey,
  deleteSource,
  revokeWriteKey,
  updateSource,
} from './commands.ts'
import { listDestinations, presentWithHealth } from '../destinations/index.ts'
import { presentSource, SCHEMA_SETTINGS } from './present.ts'
import { presentSources } from './presented.ts'
import { getSource, listSources } from './queries.ts'
import { type EventPlace, MOST_EVENTS, placeOf, tailFilter, tailOf } from '../events/index.ts'
import {
  type ControlDeps,
  type ApiEnv,
  foreignCursor,
  pageOf,
  pagination,
  readBody,
  readBodyOrNone,
} from '../request.ts'
import { meaningsOf } from '../meanings.ts'
import { listWarehouses, presentWarehouse } from '../warehouses/index.ts'

export function sourceRoutes(deps: ControlDeps) {
  const { db, intake } = deps
  const app = new Hono<ApiEnv>()
  const presentAll = (some: readonly Source[]) => presentSources(db, some)
  const present = async (source: Source) => (await presentAll([source]))[0]

  app.get('/', access('sources:read'), async (c) => {
    const listed = await listSources(db, c.var.workspaceId, pageOf(c))
    return c.json({ data: { sources: await presentAll(listed.lines), pagination: pagination(listed) } })
  })

  app.post('/', change('sources:write', 'Source Created'), async (c) => {
    const created = await createSource(deps, c.var.workspaceId, await readBody(c))
    auditSubject(c, 'source', created.id)
    return c.json({ data: { source: presentSource(created, []) } }, 201)
  })

  app.get('/:id', access('sources:read'), async (c) => {
    const found = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { source: await present(found), trackingPlanId: null } })
  })

  app.patch('/:id', change('sources:write', 'Source Modified', subject('source', 'id')), async (c) => {
    const changed = await updateSource(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { source: await present(changed) } })
  })

  app.delete('/:id', change('sources:write', 'Source Deleted', subject('source', 'id')), async (c) => {
    await deleteSource(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.post('/:id/writekey', change('sources:write', 'Write Key Created', subject('source', 'id')), async (c) => {
    const changed = await createWriteKey(deps, c.var.workspaceId, c.req.param('id'), await readBodyOrNone(c))
    return c.json({ data: { source: await present(changed) } }, 201)
  })

  app.delete(
    '/:id/writekey/:writeKey',
    change('sources:write', 'Write Key Revoked', subject('source', 'id')),
    async (c) => {
      await revokeWriteKey(deps, c.var.workspaceId, c.req.param('id'), c.req.param('writeKey'))
      return c.json({ data: { status: 'SUCCESS' } })
    },
  )

  app.get('/:id/settings', access('sources:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { sourceId: id, settings: SCHEMA_SETTINGS } })
  })

  app.patch('/:id/settings', change('sources:write', 'Source Modified', subject('source', 'id')), async (c) => {
    const { id } = await checkSchemaSettings(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    skipAudit(c)
    return c.json({ data: { sourceId: id, settings: SCHEMA_SETTINGS } })
  })

  app.get('/:id/connected-warehouses', access('warehouses:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const listed = await listWarehouses(db, c.var.workspaceId, pageOf(c), { sourceId: id })
    const warehouses = listed.lines.map((one) => presentWarehouse(one, c.var.access))
    return c.json({ data: { warehouses, pagination: pagination(listed) } })
  })

  app.get('/:id/connected-destinations', access('destinations:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const listed = await listDestinations(db, c.var.workspaceId, pageOf(c), { sourceId: id })
    const destinations = listed.lines.map((one) => presentWithHealth(one, c.var.access, deps.ctx.now()))
    return c.json({ data: { destinations, pagination: pagination(listed) } })
  })

  app.get('/:id/counters', access('sources:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const counters = await intake(id).counters()
    const codes = [counters.rejected, counters.warned ?? {}].flatMap(Object.keys)
    return c.json({ data: { counters, ...meaningsOf(codes) } })
  })

  app.get('/:id/events', access('events:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const { count, from } = pageOf(c, MOST_EVENTS)
    const query = { count, before: eventPlace(from), ...tailFilter((name) => c.req.query(name)) }
    const { events, looked, next } = await tailOf(id, query, deps)
    const place = placeOf(next ?? undefined)
    const pages = {
      current: cursorOf(from ?? { after: [] }),
      ...(place && { next: cursorOf({ after: [place.seq, place.event] }) }),
    }
    const codes = events.flatMap((one) => [
      one.code,
      ...one.warnings,
      ...Object.values(one.destinations?.reasons ?? {}),
    ])
    return c.json({ data: { events, looked, pagination: pages, ...meaningsOf(codes.flat()) } })
  })

  return app
}

/** The cursor of a page of events, which leads to older ones only: whoever wants newer ones begins anew. */
function eventPlace(from: PagePlace | undefined): EventPlace | undefined {
  if (!from || ('after' in from && from.after.length === 0)) return undefined
  const [seq, event] = 'after' in from ? from.after : []
  const place = placeOf(`${seq}.${event}`)
  if (!place) throw foreignCursor()
  return place
}
