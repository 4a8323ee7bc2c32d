import { Hono } from 'hono'
import { access, publicRoute } from '../../../accounts/index.ts'
import type { PanelEnv } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { postStory, showCoMarketing } from './co-marketing.tsx'
import { showQuotable } from './quotable.tsx'
import { showStories } from './stories.tsx'

/** For everybody. */
export function coMarketingPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/co-marketing', publicRoute(), (c) => showCoMarketing(c, deps))
  app.post('/co-marketing', publicRoute(), (c) => postStory(c, deps))
  return app
}

/** For whoever runs the programme. */
export function storyPages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/', access('programme:read'), (c) => showStories(c, deps))
  return app
}

/** For those whose workspace has made the integration. */
export function quotablePages(deps: ControlDeps) {
  const app = new Hono<PanelEnv>()
  app.get('/:id/co-marketing', access('integrations:read'), (c) => showQuotable(c, deps))
  return app
}
