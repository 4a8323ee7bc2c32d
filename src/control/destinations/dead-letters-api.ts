import { type Context as HonoContext, Hono } from 'hono'
import { access, change, subject } from '../../accounts/index.ts'
import { readLines } from '../../archive/index.ts'
import type { DeadLetter, Redrive } from '../../lane/index.ts'
import { cursorOf, getDestination, type Place } from '../../settings/index.ts'
import { parseJson } from '../../event/index.ts'
import { meaningsOf } from '../meanings.ts'
import { withShownSample } from './shown-sample.ts'
import { redrive } from './input.ts'
import { type ControlDeps, type ApiEnv, foreignCursor, pageOf, readJson } from '../request.ts'

/** Letters of a page. */
const MOST = 50
/** Events whose payloads one page reads, beyond its first dead letter. */
const PAGE_EVENTS = 500

/** What was given up, with its payloads, and a second chance for it. Mounted under `/:id/dead-letters`. */
export function deadLetterRoutes({ db, archive, lane, ctx }: ControlDeps) {
  const app = new Hono<ApiEnv>()
  const laneOf = async (c: HonoContext<ApiEnv>) => {
    const { id } = await getDestination(db, c.var.workspaceId, c.req.param('id') ?? '')
    return lane(id)
  }

  app.get('/', access('events:read'), async (c) => {
    const at = await laneOf(c)
    const { count, from } = pageOf(c, MOST)
    const before = placeIn(from)
    const found = await at.deadLetters(before, count + 1)
    const page = portion(found.slice(0, count))
    const deadLetters = await Promise.all(page.map((letter) => present(letter, { archive, ctx })))
    const last = page.length < found.length ? page.at(-1)?.id : undefined
    const next = last === undefined ? undefined : cursorOf({ after: [last] })
    return c.json({
      data: {
        deadLetters,
        ...meaningsOf(page.map(({ reason }) => reason)),
        pagination: { current: cursorOf(from ?? { after: [] }), ...(next !== undefined && { next }) },
      },
    })
  })

  app.post(
    '/redrive',
    change('destinations:write', 'Dead Letters Redriven', subject('destination', 'id')),
    async (c) => {
      const { ids, reason } = await readJson(c, redrive)
      const at = await laneOf(c)
      const what: Redrive = ids ? { ids } : { before: null, ...(reason !== undefined && { reason }) }
      const { deadLetters, events, next } = await at.redrive(what)
      // The lane goes on with the rest by itself, some hundreds a second.
      return c.json({ data: { redriven: { deadLetters, events, complete: next === null } } })
    },
  )

  return app
}

/** The newest come first, so what comes after one has a smaller id. There is no way back in this list. */
function placeIn(from: Place | undefined): number | null {
  if (!from) return null
  const [id] = 'after' in from ? from.after : [undefined]
  if ('after' in from && from.after.length === 0) return null
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 0) throw foreignCursor()
  return id
}

/** As many as may be read at once, and one in any case. */
function portion(letters: readonly DeadLetter[]): DeadLetter[] {
  let events = 0
  const full = letters.findIndex((letter, index) => (events += letter.events.length) > PAGE_EVENTS && index > 0)
  return full === -1 ? [...letters] : letters.slice(0, full)
}

/** With the payload of each of its events, `null` where the archive has it no longer. */
async function present(letter: DeadLetter, { archive, ctx }: Pick<ControlDeps, 'archive' | 'ctx'>) {
  const { chunks, first, ...shown } = withShownSample(letter)
  const lines = await readLines(archive, letter.key, chunks).catch((error: unknown) => {
    ctx.log('warn', 'payloads of a dead letter cannot be read', { key: letter.key, error: String(error) })
    return null
  })
  return { ...shown, payloads: letter.events.map((event) => parse(lines?.[event - first])) }
}

function parse(line: string | undefined): unknown {
  try {
    return line === undefined ? null : parseJson(line)
  } catch {
    return null
  }
}
