import { Hono } from 'hono'
import { access, change, subject } from '../../../accounts/index.ts'
import { cursorOf, type PagePlace } from '../../../settings/index.ts'
import { meaningsOf } from '../../meanings.ts'
import { type ControlDeps, type ApiEnv, foreignCursor, pageOf, readBody } from '../../request.ts'
import { redriveDeadLetters } from './commands.ts'
import { listDeadLetters } from './queries.ts'

/** Letters of a page. */
const MOST = 50

/** What was given up, with its payloads, and a second chance for it. Mounted under `/:id/dead-letters`. */
export function deadLetterRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('events:read'), async (c) => {
    const { count, from } = pageOf(c, MOST)
    const { deadLetters, last } = await listDeadLetters(deps, c.var.workspaceId, c.req.param('id') ?? '', {
      before: placeIn(from),
      count,
    })
    const next = last === undefined ? undefined : cursorOf({ after: [last] })
    return c.json({
      data: {
        deadLetters,
        ...meaningsOf(deadLetters.map(({ reason }) => reason)),
        pagination: { current: cursorOf(from ?? { after: [] }), ...(next !== undefined && { next }) },
      },
    })
  })

  app.post(
    '/redrive',
    change('destinations:write', 'Dead Letters Redriven', subject('destination', 'id')),
    async (c) => {
      const id = c.req.param('id') ?? ''
      const redriven = await redriveDeadLetters(deps, c.var.workspaceId, id, await readBody(c))
      return c.json({ data: { redriven } })
    },
  )

  return app
}

/** The newest come first, so what comes after one has a smaller id. There is no way back in this list. */
function placeIn(from: PagePlace | undefined): number | null {
  if (!from) return null
  const [id] = 'after' in from ? from.after : [undefined]
  if ('after' in from && from.after.length === 0) return null
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw foreignCursor()
  return id
}
