import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { titleOf } from '../../integrations/index.ts'
import { getLiving } from '../lifecycle/index.ts'
import { getProgramme } from '../programme/index.ts'
import { growthOf } from '../quality/index.ts'
import type { ApiEnv, ControlDeps } from '../request.ts'
import { listStories } from './queries.ts'
import { quotableOf, quotableWords } from './quotable.ts'

/** Days of which the figures are. */
const QUOTED_DAYS = 30

/** What partners tell of customers, for whoever runs the programme. */
export function storyRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('programme:read'), async (c) => {
    const stories = await listStories(db)
    return c.json({ data: { stories: stories.map(({ at, ...one }) => ({ ...one, at: isoTime(at) })) } })
  })

  return app
}

/** What a partner may quote of an integration of theirs. */
export function quotableRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/:id/quotable-figures', access('integrations:read'), async (c) => {
    const { integration } = await getLiving(db, c.req.param('id'), c.var.workspaceId)
    const quotable = quotableOf(await growthOf(db, integration.id, QUOTED_DAYS))
    if (!quotable) return c.json({ data: { quotable: null } })
    const words = quotableWords(quotable, titleOf(integration), (await getProgramme(db)).name)
    return c.json({ data: { quotable: { ...quotable, words } } })
  })

  return app
}
