import { type Context, Hono } from 'hono'
import { access, change, subject } from '../../accounts/index.ts'
import { cursorOf } from '../../settings/index.ts'
import { meaningsOf } from '../meanings.ts'
import { type ApiEnv, type ControlDeps, pageOf, readBody } from '../request.ts'
import { redriveDeadLetters, updateRedrive } from './commands.ts'
import { sendDownload } from './download-answer.ts'
import { filterOf } from './filter.ts'
import type { Owner } from './owner.ts'
import { letterPlace, placeKey, redriveNumber } from './place.ts'
import { presentLetter, presentRedrive } from './present.ts'
import { searchDeadLetters } from './queries.ts'

/** Letters of a page, and events of it beyond its first letter. */
const MOST = 50
const PAGE_EVENTS = 500

/** What was given up, with its payloads, a second chance for it, and what became of that. Mounted under `/:id` of its owner. */
export function deadLetterRoutes(deps: ControlDeps, owner: Owner) {
  const app = new Hono<ApiEnv>()
  const find = (c: Context<ApiEnv>) => owner.find(deps, c.var.workspaceId, c.req.param('id') ?? '')

  app.get('/dead-letters', access('events:read'), async (c) => {
    const { lane } = await find(c)
    const { count, from } = pageOf(c, MOST)
    const most = { letters: count, events: PAGE_EVENTS, cut: false }
    const search = { filter: filterOf((name) => c.req.query(name)), from: letterPlace(from), most }
    const { found, looked, untold, next } = await searchDeadLetters(deps, lane, search)
    return c.json({
      data: {
        deadLetters: found.map(presentLetter),
        looked,
        untold,
        ...meaningsOf(found.map(({ letter }) => letter.reason)),
        pagination: { current: cursorOf(from ?? { after: [] }), ...(next && { next: cursorOf(placeKey(next)) }) },
      },
    })
  })

  app.get('/dead-letters.ndjson', access('events:read'), async (c) => {
    const { lane } = await find(c)
    const { from } = pageOf(c, MOST)
    const filter = filterOf((name) => c.req.query(name))
    return sendDownload(c, deps, lane, { filter, from: letterPlace(from) })
  })

  app.post(
    '/dead-letters/redrive',
    change('destinations:write', 'Dead Letters Redriven', subject(owner.subject, 'id')),
    async (c) => {
      const redriven = await redriveDeadLetters(deps, await find(c), await readBody(c))
      return c.json({ data: { redriven } })
    },
  )

  app.get('/redrives', access('destinations:read'), async (c) => {
    const { lane } = await find(c)
    const redrives = (await deps.lane(lane).redrives()).map(presentRedrive)
    return c.json({ data: { redrives, ...meaningsOf(redrives.flatMap(codesOf)) } })
  })

  app.patch(
    '/redrives/:redrive',
    change('destinations:write', 'Redrive Cancelled', subject(owner.subject, 'id')),
    async (c) => {
      const of = await find(c)
      const redrive = presentRedrive(
        await updateRedrive(deps, of, redriveNumber(c.req.param('redrive')), await readBody(c)),
      )
      return c.json({ data: { redrive, ...meaningsOf(codesOf(redrive)) } })
    },
  )

  return app
}

function codesOf({ breakdown }: ReturnType<typeof presentRedrive>): string[] {
  return [breakdown.filtered, breakdown.dead].flatMap(Object.keys)
}
