/** The Public API, in the shapes of Segment's, and the health page. */
import { type Context as HonoContext, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { FIRST_WORKSPACE } from '../settings/index.ts'
import { VERSION } from '../version.ts'
import { access, guard, isAdmin, open, type Refusal, shield } from '../accounts/index.ts'
import { lackOfRoom } from '../archive/index.ts'
import { auditRoutes } from './audit.ts'
import { catalogRoutes, integrationRoutes } from './catalog.ts'
import { destinationRoutes } from './destinations.ts'
import { errorReply, problemsOf } from './errors.ts'
import { eventRoutes } from './events.ts'
import { forStrangers, type HealthDeps, healthReport } from './health.ts'
import type { ApiDeps, ApiEnv } from './request.ts'
import { recoveryRoutes } from './recovery.ts'
import { signInLinkRoutes } from './sign-in-links.ts'
import { sourceRoutes } from './sources.ts'
import { tokenRoutes } from './tokens.ts'
import { writeKeyRoutes } from './write-keys.ts'

export {
  changeDestination,
  changeSource,
  endWriteKey,
  makeDestination,
  makeSource,
  makeWriteKey,
  removeDestination,
  removeSource,
  tryNow,
} from './acts.ts'
export { ApiError, problemsOf } from './errors.ts'
export { watch } from './recovery.ts'
export { SOURCE_KINDS } from './source-kinds.ts'
export { withShownSample } from './shown-sample.ts'
export { SAMPLES, testDestination } from './try-out.ts'
export { placeOf, type TailEvent, tailOf, tailQuery } from './tail.ts'
export { type EventFate, fateOf, lineAt, whereaboutsOf } from './whereabouts.ts'
export type { ApiDeps } from './request.ts'

const LARGEST_BODY = 1024 * 1024

export function api(deps: ApiDeps & Pick<HealthDeps, 'bindings' | 'prefixFault' | 'quotasFault'>) {
  const app = new Hono<ApiEnv>()
  app.use('/api/*', shield())

  const report = healthReport(deps)
  app.get('/healthz', open(), async (c) => {
    const found = await report()
    const known = await isAdmin(c.req.header('authorization'), deps.adminToken)
    return c.json(known ? { version: VERSION, ...found } : forStrangers(found), found.ok ? 200 : 503)
  })

  app.use(
    '/api/*',
    bodyLimit({
      maxSize: LARGEST_BODY,
      onError: (c) => errorReply(c, 413, [{ message: 'The body is larger than 1 MB.' }]),
    }),
  )
  app.use('/api/*', guard(deps.accounts, { takes: ['token', 'session'], refuse: refused }))
  app.use('/api/*', (c, next) => {
    c.set('workspaceId', c.var.access.workspaceId)
    return next()
  })
  app.use(
    '/api/*',
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const allow = methods.join(', ')
        c.header('Allow', allow)
        return errorReply(c, 405, [{ message: `${c.req.method} is not possible here, but ${allow} is.` }])
      },
    }),
  )

  app.get('/api', access('workspace:read'), (c) =>
    c.json({ data: { workspace: { id: c.var.workspaceId, first: c.var.workspaceId === FIRST_WORKSPACE } } }),
  )
  app.route('/api/sources', sourceRoutes(deps))
  app.route('/api/catalog', catalogRoutes(deps))
  app.route('/api/integrations', integrationRoutes(deps))
  app.route('/api/destinations', destinationRoutes(deps))
  app.route('/api/events', eventRoutes(deps))
  app.route('/api/tokens', tokenRoutes(deps))
  app.route('/api/sign-in-links', signInLinkRoutes(deps))
  app.route('/api/audit-events', auditRoutes(deps))
  app.route('/api/recovery', recoveryRoutes(deps))
  app.route('/api/write-keys', writeKeyRoutes(deps))
  app.all('/api/*', (c) => errorReply(c, 404, [{ message: `There is no ${c.req.method} ${c.req.path}.` }]))

  app.onError(async (error, c) => {
    const known = problemsOf(error)
    if (known) return errorReply(c, known.status, known.problems)
    deps.ctx.log('error', 'request failed', { path: c.req.path, error: String(error), stack: error.stack })
    const lack = deps.allowLocal ? await lackOfRoom(deps.archive) : undefined
    if (lack !== undefined) return errorReply(c, 503, [{ message: lack }])
    return errorReply(c, 500, [
      { message: 'Something went wrong on our side. GET /healthz with ADMIN_TOKEN says whether something is missing.' },
    ])
  })
  return app
}

function refused(c: HonoContext, { status, message }: Refusal): Response {
  const words = status === 401 ? 'Send an API token of this workspace: Authorization: Bearer <token>.' : message
  return errorReply(c, status, [{ message: words }])
}
