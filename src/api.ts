/** The Public API, in the shapes of Segment's, and the health page. */
import { type Context as HonoContext, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { guard, type Denial, shield } from './accounts/index.ts'
import { FEATURES } from './features.ts'
import { lackOfRoom } from './archive/index.ts'
import { errorReply } from './control/errors.ts'
import { type HealthDeps, healthRoutes } from './control/health/index.ts'
import { mediaType } from './control/media-type.ts'
import { sentenceOfMissing } from './control/not-served.ts'
import { Refusal } from './refusal.ts'
import type { ControlDeps, ApiEnv } from './control/request.ts'

const LARGEST_BODY = 1024 * 1024

export function api(
  deps: ControlDeps & Pick<HealthDeps, 'bindings' | 'prefixFault' | 'panelUrlFault' | 'quotasFault' | 'oauthFault'>,
) {
  const app = new Hono<ApiEnv>()
  app.use('/api/*', shield())
  app.use('/api/*', mediaType())

  app.route('/', healthRoutes({ ...deps, tables: FEATURES.flatMap(({ tables = [] }) => tables) }))

  app.use(
    '/api/*',
    bodyLimit({
      maxSize: LARGEST_BODY,
      onError: (c) => errorReply(c, 413, [{ message: 'The body is larger than 1 MB.' }]),
    }),
  )
  app.use('/api/*', guard(deps.accounts, { takes: ['token', 'session'], refuse: refused }))
  app.use('/api/*', (c, next) => {
    // Nobody is known where the route is open.
    c.set('workspaceId', c.get('access')?.workspaceId ?? '')
    return next()
  })
  app.use('/api/*', (c, next) => {
    const sentence = sentenceOfMissing(c.req.method, c.req.path)
    return sentence === undefined ? next() : Promise.resolve(errorReply(c, 501, [{ message: sentence }]))
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

  for (const [path, routes] of FEATURES.flatMap(({ api = {} }) => Object.entries(api))) {
    app.route(`/api${path}`, routes(deps))
  }
  app.all('/api/*', (c) => errorReply(c, 404, [{ message: `There is no ${c.req.method} ${c.req.path}.` }]))

  app.onError(async (error, c) => {
    if (error instanceof Refusal) return errorReply(c, error.status, error.problems)
    deps.ctx.log('error', 'request failed', { path: c.req.path, error: String(error), stack: error.stack })
    const lack = deps.allowLocal ? await lackOfRoom(deps.archive) : undefined
    if (lack !== undefined) return errorReply(c, 503, [{ message: lack }])
    return errorReply(c, 500, [
      { message: 'Something went wrong on our side. GET /healthz with ADMIN_TOKEN says whether something is missing.' },
    ])
  })
  return app
}

function refused(c: HonoContext, { status, message }: Denial): Response {
  const words = status === 401 ? 'Send an API token of this workspace: Authorization: Bearer <token>.' : message
  return errorReply(c, status, [{ message: words }])
}
