import { Hono } from 'hono'
import { access, change, made, source } from '../accounts/index.ts'
import {
  addWriteKey,
  createSource,
  deleteSource,
  destinationsOfSource,
  getSource,
  listSources,
  closed,
  revokeWriteKey,
  updateSource,
} from '../settings/index.ts'
import { ApiError } from './errors.ts'
import { newSource, newWriteKey, sourceChanges } from './input.ts'
import { tellLanes } from './lanes.ts'
import { HTTP_API_SOURCE, presentDestination, presentSource } from './present.ts'
import { type ApiDeps, type ApiEnv, cutPage, pageOf, pagination, readJson } from './request.ts'

export function sourceRoutes(deps: ApiDeps) {
  const { db, settings, intake } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', access('sources:read'), async (c) => {
    const page = pageOf(c)
    const { sources, total } = await listSources(db, c.var.workspaceId, page)
    return c.json({ data: { sources: sources.map(presentSource), pagination: pagination(page, total) } })
  })

  app.post('/', change('sources:write', 'Source Created'), async (c) => {
    const { slug, name = slug, enabled, metadataId, writeKey } = await readJson(c, newSource)
    if (metadataId !== HTTP_API_SOURCE.id) {
      throw new ApiError(400, { field: 'metadataId', message: 'The only kind of source is http-api.' })
    }
    const created = await createSource(db, c.var.workspaceId, { slug, name, enabled, metadataId, writeKey })
    made(c, 'source', created.id)
    settings.invalidate()
    return c.json({ data: { source: presentSource(created) } }, 201)
  })

  app.get('/:id', access('sources:read'), async (c) => {
    const found = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { source: presentSource(found) } })
  })

  app.patch('/:id', change('sources:write', 'Source Modified', source('id')), async (c) => {
    const changed = await updateSource(db, c.var.workspaceId, c.req.param('id'), await readJson(c, sourceChanges))
    settings.invalidate()
    return c.json({ data: { source: presentSource(changed) } })
  })

  app.delete('/:id', change('sources:write', 'Source Deleted', source('id')), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const destinations = await destinationsOfSource(db, id)
    await deleteSource(db, c.var.workspaceId, id)
    settings.invalidate()
    await tellLanes(destinations.map(closed), deps)
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.post('/:id/writekey', change('sources:write', 'Write Key Created', source('id')), async (c) => {
    const { writeKey } = c.req.header('content-length') === '0' || !c.req.raw.body ? {} : await readJson(c, newWriteKey)
    const changed = await addWriteKey(db, c.var.workspaceId, c.req.param('id'), writeKey)
    settings.invalidate()
    return c.json({ data: { source: presentSource(changed) } }, 201)
  })

  app.delete('/:id/writekey/:writeKey', change('sources:write', 'Write Key Revoked', source('id')), async (c) => {
    await revokeWriteKey(db, c.var.workspaceId, c.req.param('id'), c.req.param('writeKey'))
    settings.invalidate()
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/connected-destinations', access('destinations:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const page = pageOf(c)
    const all = await destinationsOfSource(db, id)
    const destinations = cutPage(all, page).map(presentDestination)
    return c.json({ data: { destinations, pagination: pagination(page, all.length) } })
  })

  app.get('/:id/counters', access('sources:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { counters: await intake(id).counters() } })
  })

  return app
}
