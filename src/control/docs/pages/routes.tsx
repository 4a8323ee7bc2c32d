import { Hono } from 'hono'
import { access, publicRoute } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showFeedback } from './feedback.tsx'
import { postFeedback, showDoc, showDocs } from './doc.tsx'

/** For everybody. */
export function docRoutes(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', publicRoute(), (c) => showDocs(c, deps))
  app.get('/:page', publicRoute(), (c) => showDoc(c, deps))
  app.post('/:page', publicRoute(), (c) => postFeedback(c, deps))
  return app
}

export function feedbackPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('programme:read'), (c) => showFeedback(c, deps))
  return app
}
