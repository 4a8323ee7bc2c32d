/** The tracking API: decode, authenticate, normalise, accept. */
import { Hono } from 'hono'
import { EVENT_TYPES, type EventType, isEventType } from '../event/index.ts'
import { astray } from './astray.ts'
import { cors } from './cors.ts'
import { isPreview } from './preview.ts'
import { keepUploading, finishUpload, setObjects, startUpload, uploadObjects } from './objects.ts'
import { accepted, pixelReply, refused } from './reply.ts'
import { type Call, type IngestDeps, track, trackPixel } from './track.ts'

export { Budgets } from './budget.ts'
export { cors, withCors } from './cors.ts'
export { isTooDeep } from './depth.ts'
export { excessOf } from './events.ts'
export { isNavigation } from './navigation.ts'
export { refused } from './reply.ts'
export { type IngestDeps, trackOwn } from './track.ts'
export { Underway } from './underway.ts'

const LETTERS: Record<string, EventType> = { i: 'identify', t: 'track', p: 'page', s: 'screen', g: 'group', a: 'alias' }

/** `/v1/<name>`, all with and without a trailing slash. */
const CALLS = new Map<string, Call>([
  ...EVENT_TYPES.map((type): [string, Call] => [type, { type }]),
  ...Object.entries(LETTERS).map(([letter, type]): [string, Call] => [letter, { type }]),
  ...['batch', 'b', 'import'].map((name): [string, Call] => [name, 'batch']),
])

export function ingest(deps: IngestDeps): Hono {
  const app = new Hono({ strict: false })
  app.use('/v1/*', cors)
  for (const [name, call] of CALLS) {
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
  app.use(astray(deps, new Set([...CALLS.keys(), 'm', 'set'])))
  app.onError((error, c) => {
    deps.ctx.log('error', 'request failed', { path: c.req.path, error: String(error), stack: error.stack })
    return refused(500, 'internal', 'Something went wrong on our side. Send the events again.')
  })
  return app
}
