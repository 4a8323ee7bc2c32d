/** The control panel: pages made on the server, over the same functions as the Public API. */
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { type AccessEnv, guard, loggable, type Denial, shield } from './accounts/index.ts'
import { Refusal } from './refusal.ts'
import { assets } from './ui/assets.ts'
import type { PanelContext, PanelEnv } from './ui/context.ts'
import type { PagesOfCarriers } from './control/carrier-pages.ts'
import type { ControlDeps } from './control/request.ts'
import { showNothing, showProblem, showRefusal } from './ui/layout/problem.tsx'
import { themeRoutes } from './ui/layout/theme.ts'
import { FEATURES } from './features.ts'
import type { FlashTexts } from './ui/layout/flash.ts'
import { onlyForms } from './ui/only-forms.ts'

const LOADED = await Promise.all(FEATURES.flatMap(({ pages }) => pages?.() ?? []))
const PAGES = LOADED.flatMap(({ PAGES: pages }) => Object.entries(pages))
const CARRIER_PAGES = Object.assign({}, ...LOADED.map((one) => one.CARRIER_PAGES)) as PagesOfCarriers
const NAV = FEATURES.flatMap(({ nav }) => nav ?? [])
const FLASH = Object.assign({}, ...FEATURES.map(({ flash }) => flash)) as FlashTexts

/** Far more than any form has. Forms are read whole, those of strangers too, in the memory that events pass through. */
const LARGEST_FORM = 1024 * 1024

/** `guarded` stands before every page; tests bring one of their own. */
export function panel(
  deps: ControlDeps,
  guarded: MiddlewareHandler<AccessEnv> = guard(deps.accounts, { takes: ['session'], refuse: refused }),
) {
  const app = new Hono<PanelEnv>()
  app.use(shield())
  app.use((c, next) => {
    c.set('nav', NAV)
    c.set('flash', FLASH)
    return next()
  })
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
  for (const [path, routes] of PAGES) app.route(path, routes({ ...deps, carrierPages: CARRIER_PAGES }))
  app.all('*', showNothing)

  app.onError((error, c) => {
    const known = error instanceof Refusal ? error : undefined
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

function refused(c: unknown, refusal: Denial) {
  return showRefusal(c as PanelContext, refusal)
}
