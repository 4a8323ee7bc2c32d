import { Hono } from 'hono'
import { access, change, made, source } from '../accounts/index.ts'
import { destinationsOfSource, getSource, listSources } from '../settings/index.ts'
import { changeSource, endWriteKey, makeSource, makeWriteKey, removeSource } from './acts.ts'
import { presentDestination, presentSource } from './present.ts'
import { tailOf, tailQuery } from './tail.ts'
import { type ApiDeps, type ApiEnv, cutPage, pageOf, pagination, readBody } from './request.ts'

export function sourceRoutes(deps: ApiDeps) {
  const { db, intake } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', access('sources:read'), async (c) => {
    const page = pageOf(c)
    const { sources, total } = await listSources(db, c.var.workspaceId, page)
    return c.json({ data: { sources: sources.map(presentSource), pagination: pagination(page, total) } })
  })

  app.post('/', change('sources:write', 'Source Created'), async (c) => {
    const created = await makeSource(deps, c.var.workspaceId, await readBody(c))
    made(c, 'source', created.id)
    return c.json({ data: { source: presentSource(created) } }, 201)
  })

  app.get('/:id', access('sources:read'), async (c) => {
    const found = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { source: presentSource(found) } })
  })

  app.patch('/:id', change('sources:write', 'Source Modified', source('id')), async (c) => {
    const changed = await changeSource(deps, c.var.workspaceId, c.req.param('id'), await readBody(c))
    return c.json({ data: { source: presentSource(changed) } })
  })

  app.delete('/:id', change('sources:write', 'Source Deleted', source('id')), async (c) => {
    await removeSource(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.post('/:id/writekey', change('sources:write', 'Write Key Created', source('id')), async (c) => {
    const body = c.req.header('content-length') === '0' || !c.req.raw.body ? {} : await readBody(c)
    const changed = await makeWriteKey(deps, c.var.workspaceId, c.req.param('id'), body)
    return c.json({ data: { source: presentSource(changed) } }, 201)
  })

  app.delete('/:id/writekey/:writeKey', change('sources:write', 'Write Key Revoked', source('id')), async (c) => {
    await endWriteKey(deps, c.var.workspaceId, c.req.param('id'), c.req.param('writeKey'))
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

  app.get('/:id/events', access('events:read'), async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({
      data: await tailOf(
        id,
        tailQuery((name) => c.req.query(name)),
        deps,
      ),
    })
  })

  return app
}
