/** The tracking API: decode, authenticate, normalise, accept. */
import { Hono } from 'hono'
import { isEventType } from '../event/index.ts'
import { astray } from './astray.ts'
import { TRACKING_CALLS } from './calls.ts'
import { cors } from './cors.ts'
import { isPreview } from './preview.ts'
import { keepUploading, finishUpload, setObjects, startUpload, uploadObjects } from './objects.ts'
import { accepted, failed, pixelReply, refused } from './reply.ts'
import { type IngestDeps, track, trackPixel } from './track.ts'

export { Budgets } from './budget.ts'
export { cors, withCors } from './cors.ts'
export { isTooDeep } from './depth.ts'
export { door } from './door.ts'
export { excessOf } from './events.ts'
export { GroupCommit, type Storable } from './group-commit.ts'
export { groupCommits } from './group-commits.ts'
export { isNavigation } from './navigation.ts'
export { refused } from './reply.ts'
export { type IngestDeps, trackOwn } from './track.ts'
export { Underway } from './underway.ts'

export function ingest(deps: IngestDeps): Hono {
  const app = new Hono({ strict: false })
  app.use('/v1/*', cors)
  for (const [name, call] of TRACKING_CALLS) {
    app.post(`/v1/${name}`, (c) => track(c.req.raw, call, deps))
    app.all(`/v1/${name}`, () => refused(405, 'bad_request', 'Events are sent with POST.'))
  }
  app.post('/v1/set', (c) => setObjects(c.req.raw, deps))
  app.all('/v1/set', () => refused(405, 'bad_request', 'Objects are sent with POST.'))
  app.post('/v0/start', (c) => startUpload(c.req.raw, deps))
  app.post('/v0/upload/:id', (c) => uploadObjects(c.req.raw, c.req.param('id'), deps))
  app.post('/v0/keep-alive/:id', (c) => keepUploading(c.req.raw, c.req.param('id'), deps))
  app.post('/v0/finish/:id', (c) => finishUpload(c.req.raw, c.req.param('id'), deps))
  // The SDKs' own telemetry: taken, so that they are content, and dropped.
  app.post('/v1/m', () => accepted())
  app.get('/v1/pixel/:type', async (c) => {
    const type = c.req.param('type')
    if (isEventType(type) && !isPreview(c.req.raw)) await trackPixel(c.req.raw, type, deps)
    return pixelReply()
  })
  app.use(astray(deps, new Set([...TRACKING_CALLS.keys(), 'm', 'set'])))
  app.onError((error, c) => failed(error, c.req.path, deps.ctx))
  return app
}
