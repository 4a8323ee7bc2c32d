import { Hono } from 'hono'
import { publicRoute } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showFront } from './front.tsx'
import { showLiveIntegration, showLiveIntegrations } from './integrations.tsx'
import { showKinds } from './kinds.tsx'
import { showLinkPicture } from './link-pictures.tsx'
import { postExample, showSpec } from './spec.tsx'

/** What the platform is, for companies that might join it. */
export function frontPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', publicRoute(), (c) => showFront(c, deps))
  app.get('/spec', publicRoute(), (c) => showSpec(c, deps))
  app.post('/spec', publicRoute(), (c) => postExample(c, deps))
  app.get('/kinds', publicRoute(), (c) => showKinds(c, deps))
  app.get('/integrations', publicRoute(), (c) => showLiveIntegrations(c, deps))
  app.get('/integrations/:slug', publicRoute(), (c) => showLiveIntegration(c, deps))
  app.get('/integrations/:slug/badge.svg', publicRoute(), (c) => showLinkPicture(c, deps, 'badge'))
  app.get('/integrations/:slug/button.svg', publicRoute(), (c) => showLinkPicture(c, deps, 'button'))
  return app
}
