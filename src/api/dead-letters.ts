import { type Context as HonoContext, Hono } from 'hono'
import { access, change, destination } from '../accounts/index.ts'
import { readLines } from '../archive/index.ts'
import type { DeadLetter, Redrive } from '../lane/index.ts'
import { getDestination } from '../settings/index.ts'
import { parseJson } from '../spec/index.ts'
import { withShownSample } from './shown-sample.ts'
import { ApiError } from './errors.ts'
import { redrive } from './input.ts'
import { type ApiDeps, type ApiEnv, readJson } from './request.ts'

const DEFAULT_COUNT = 50
/** Events whose payloads one page reads, beyond its first dead letter. */
const PAGE_EVENTS = 500

/** What was given up, with its payloads, and a second chance for it. Mounted under `/:id/dead-letters`. */
export function deadLetterRoutes({ db, archive, lane, ctx }: ApiDeps) {
  const app = new Hono<ApiEnv>()
  const laneOf = async (c: HonoContext<ApiEnv>) => {
    const { id } = await getDestination(db, c.var.workspaceId, c.req.param('id') ?? '')
    return lane(id)
  }

  app.get('/', access('events:read'), async (c) => {
    const at = await laneOf(c)
    const before = numberOf(c, 'before', /^\d{1,16}$/, 'Must be the id of a dead letter.')
    const count = numberOf(c, 'count', /^(?:[1-9]|[1-4]\d|50)$/, 'A page has 1 to 50 entries.') ?? DEFAULT_COUNT
    const found = await at.deadLetters(before, count + 1)
    const page = portion(found.slice(0, count))
    const deadLetters = await Promise.all(page.map((letter) => present(letter, { archive, ctx })))
    return c.json({ data: { deadLetters, next: page.length < found.length ? (page.at(-1)?.id ?? null) : null } })
  })

  app.post('/redrive', change('destinations:write', 'Dead Letters Redriven', destination('id')), async (c) => {
    const { ids, reason } = await readJson(c, redrive)
    const at = await laneOf(c)
    const what: Redrive = ids ? { ids } : { before: null, ...(reason !== undefined && { reason }) }
    const { deadLetters, events, next } = await at.redrive(what)
    // The lane goes on with the rest by itself, some hundreds a second.
    return c.json({ data: { redriven: { deadLetters, events, complete: next === null } } })
  })

  return app
}

function numberOf(c: HonoContext, name: string, form: RegExp, message: string): number | null {
  const text = c.req.query(name)
  if (text !== undefined && !form.test(text)) throw new ApiError(400, { field: name, message })
  return text === undefined ? null : Number(text)
}

/** As many as may be read at once, and one in any case. */
function portion(letters: readonly DeadLetter[]): DeadLetter[] {
  let events = 0
  const full = letters.findIndex((letter, index) => (events += letter.events.length) > PAGE_EVENTS && index > 0)
  return full === -1 ? [...letters] : letters.slice(0, full)
}

/** With the payload of each of its events, `null` where the archive has it no longer. */
async function present(letter: DeadLetter, { archive, ctx }: Pick<ApiDeps, 'archive' | 'ctx'>) {
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
