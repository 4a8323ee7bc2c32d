/** The control panel: pages made on the server, over the same functions as the Public API. */
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type AccessEnv, guard, loggable, type Refusal, shield } from '../accounts/index.ts'
import { problemsOf } from '../api/index.ts'
import { assets } from './assets.ts'
import { catalogueRoutes } from './catalogue/index.tsx'
import { debuggerRoutes } from './debugger/index.tsx'
import type { PanelContext, PanelDeps, PanelEnv } from './deps.ts'
import { designRoutes } from './design/index.tsx'
import { destinationRoutes } from './destinations/index.tsx'
import { homeRoutes } from './home/index.tsx'
import { showNothing, showProblem, showRefusal } from './layout/problem.tsx'
import { themeRoutes } from './layout/theme.ts'
import { onlyForms } from './only-forms.ts'
import { peopleRoutes } from './people/index.tsx'
import { sourceRoutes } from './sources/index.tsx'

export type { PanelDeps } from './deps.ts'

/** Far more than any form has. Forms are read whole, those of strangers too, in the memory that events pass through. */
const LARGEST_FORM = 1024 * 1024

/** `guarded` stands before every page; tests bring one of their own. */
export function panel(
  deps: PanelDeps,
  guarded: MiddlewareHandler<AccessEnv> = guard(deps.accounts, { takes: ['session'], refuse: refused }),
) {
  const app = new Hono<PanelEnv>()
  app.use(shield())
  app.use(
    bodyLimit({
      maxSize: LARGEST_FORM,
      onError: (c) => showProblem(c as PanelContext, 413, 'This is too much', 'A form holds at most 1 MB.'),
    }),
  )
  app.use(onlyForms())
  app.use(guarded)
  app.route('/', assets())
  app.route('/', themeRoutes())
  app.route('/', homeRoutes(deps))
  app.route('/', peopleRoutes(deps))
  app.route('/sources', sourceRoutes(deps))
  app.route('/sources', debuggerRoutes(deps))
  app.route('/catalogue', catalogueRoutes(deps))
  app.route('/destinations', destinationRoutes(deps))
  app.route('/design', designRoutes())
  app.all('*', showNothing)

  app.onError((error, c) => {
    const known = problemsOf(error)
    if (known?.status === 404) {
      return showProblem(
        c,
        404,
        'This is not here',
        `${known.problems[0]?.message ?? ''} It may be deleted, or belong to another workspace.`,
      )
    }
    if (known)
      return showProblem(c, 409, 'This could not be done', known.problems.map(({ message }) => message).join(' '))
    deps.ctx.log('error', 'page failed', { path: loggable(c.req.path), error: String(error), stack: error.stack })
    return showProblem(
      c,
      500,
      'Something went wrong on our side',
      'Nothing was changed. Try again; if it stays like this, /healthz says whether something is missing.',
    )
  })
  return app
}

function refused(c: unknown, refusal: Refusal) {
  return showRefusal(c as PanelContext, refusal)
}
