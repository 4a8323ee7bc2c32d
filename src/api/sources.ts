import { Hono } from 'hono'
import {
  addWriteKey,
  createSource,
  deleteSource,
  destinationsOfSource,
  getSource,
  listSources,
  revokeWriteKey,
  updateSource,
} from '../settings/index.ts'
import { ApiError } from './errors.ts'
import { newSource, newWriteKey, sourceChanges } from './input.ts'
import { removeDestination } from './lanes.ts'
import { HTTP_API_SOURCE, presentDestination, presentSource } from './present.ts'
import { type ApiDeps, type ApiEnv, cutPage, pageOf, pagination, readJson } from './request.ts'

export function sourceRoutes(deps: ApiDeps) {
  const { db, settings, intake } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', async (c) => {
    const page = pageOf(c)
    const { sources, total } = await listSources(db, c.var.workspaceId, page)
    return c.json({ data: { sources: sources.map(presentSource), pagination: pagination(page, total) } })
  })

  app.post('/', async (c) => {
    const { slug, name = slug, enabled, metadataId, writeKey } = await readJson(c, newSource)
    if (metadataId !== HTTP_API_SOURCE.id) {
      throw new ApiError(400, { field: 'metadataId', message: 'The only kind of source is http-api.' })
    }
    const source = await createSource(db, c.var.workspaceId, { slug, name, enabled, metadataId, writeKey })
    settings.invalidate()
    return c.json({ data: { source: presentSource(source) } }, 201)
  })

  app.get('/:id', async (c) => {
    const source = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { source: presentSource(source) } })
  })

  app.patch('/:id', async (c) => {
    const source = await updateSource(db, c.var.workspaceId, c.req.param('id'), await readJson(c, sourceChanges))
    settings.invalidate()
    return c.json({ data: { source: presentSource(source) } })
  })

  app.delete('/:id', async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const destinations = await destinationsOfSource(db, id)
    await Promise.all(destinations.map((one) => removeDestination(one, deps)))
    await deleteSource(db, c.var.workspaceId, id)
    settings.invalidate()
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.post('/:id/writekey', async (c) => {
    const { writeKey } = c.req.header('content-length') === '0' || !c.req.raw.body ? {} : await readJson(c, newWriteKey)
    const source = await addWriteKey(db, c.var.workspaceId, c.req.param('id'), writeKey)
    settings.invalidate()
    return c.json({ data: { source: presentSource(source) } }, 201)
  })

  app.delete('/:id/writekey/:writeKey', async (c) => {
    await revokeWriteKey(db, c.var.workspaceId, c.req.param('id'), c.req.param('writeKey'))
    settings.invalidate()
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/connected-destinations', async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    const page = pageOf(c)
    const all = await destinationsOfSource(db, id)
    const destinations = cutPage(all, page).map(presentDestination)
    return c.json({ data: { destinations, pagination: pagination(page, all.length) } })
  })

  app.get('/:id/counters', async (c) => {
    const { id } = await getSource(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { counters: await intake(id).counters() } })
  })

  return app
}
