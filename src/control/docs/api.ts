import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import type { ApiEnv, ControlDeps } from '../request.ts'
import { readFeedback } from './queries.ts'

/** What readers of the docs say, for whoever runs the programme. */
export function feedbackRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('programme:read'), async (c) => {
    const { counts, words } = await readFeedback(db)
    return c.json({ data: { pages: counts, words: words.map((one) => ({ ...one, at: isoTime(one.at) })) } })
  })

  return app
}
