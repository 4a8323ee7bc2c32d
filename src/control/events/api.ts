import { type Context as HonoContext, Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { readLines } from '../../archive/index.ts'
import type { Found } from '../../intake/index.ts'
import { decodeSet, has } from '../../lane/index.ts'
import { destinationNames } from '../destinations/index.ts'
import { inTurns } from '../in-turns.ts'
import { sourceIds } from '../sources/index.ts'
import { parseJson } from '../../event/index.ts'
import type { ControlDeps, ApiEnv } from '../request.ts'
import { meaningsOf } from '../meanings.ts'
import { type DeliveryStatus, presentTrace } from './trace.ts'
import { refusal } from '../../refusal.ts'
import { eventVolume } from '../usage/index.ts'

/** Sources that one search asks; `wrangler.toml` allows an invocation as many calls and some more. */
const MOST_SOURCES = 10_000
/** Those that are asked at the same time. */
const PARALLEL = 25

/** Where did my event go: ingest, archive, and what each destination made of it. */
export function eventRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  /** For ids of any form, those that are names of other routes among them. */
  app.get('/', access('events:read'), (c) => {
    const messageId = c.req.query('messageId')
    if (!messageId) throw refusal(400, 'Say which event: ?messageId=…', 'messageId')
    return answer(c, messageId, deps)
  })

  /** Of an event whose id is `volume` one asks by `?messageId=`. */
  app.get('/volume', access('sources:read'), (c) => eventVolume(c, deps))

  app.get('/:messageId', access('events:read'), (c) => answer(c, c.req.param('messageId'), deps))

  return app
}

async function answer(c: HonoContext<ApiEnv>, messageId: string, deps: ControlDeps): Promise<Response> {
  const asked = c.req.query('source')
  const all = await sourceIds(deps.db, c.var.workspaceId)
  const ids = all.filter((id) => asked === undefined || id === asked)
  const at = await find(messageId, ids.slice(0, MOST_SOURCES), deps)
  if (at) {
    const event = await describe(messageId, at.sourceId, at.found, deps)
    return c.json({ data: { event, ...meaningsOf(event.destinations.flatMap(codesOf)) } })
  }
  const cut =
    ids.length > MOST_SOURCES
      ? `Only ${MOST_SOURCES} of ${ids.length} sources were asked: name one by ?source=<id>. `
      : ''
  throw refusal(
    404,
    `${cut}This event is not in the archive. It may still be on its way (a few seconds), it may have been rejected (see the source’s counters), or it never arrived. An event older than a day may be archived all the same: it is no longer found by its id.`,
  )
}

/** Asks the sources until one knows the event. */
async function find(messageId: string, ids: readonly string[], { intake }: ControlDeps) {
  let at: { sourceId: string; found: Found } | undefined
  await inTurns(ids, PARALLEL, async (sourceId) => {
    const found = at ? null : await intake(sourceId).find(messageId)
    if (found) at ??= { sourceId, found }
  })
  return at
}

async function describe(messageId: string, sourceId: string, found: Found, deps: ControlDeps) {
  const { batch, key, chunks, event, committedAt, routes } = found
  const lines = await readLines(deps.archive, key, chunks)
  const line = lines?.[event]
  const content = line === undefined ? null : (parseJson(line) as { receivedAt?: string })
  const names = await destinationNames(deps.db, sourceId)
  return {
    messageId,
    sourceId,
    receivedAt: content?.receivedAt ?? null,
    archive: { key, batch, line: event, committedAt },
    event: content,
    destinations: await Promise.all(
      Object.entries(routes ?? {}).map(async ([id, route]) => ({
        id,
        name: names.get(id) ?? null,
        ...(has(decodeSet(route.events), event)
          ? presentTrace(await deps.lane(id).traceOf(sourceId, found.seq, event))
          : { status: 'filtered' as const, codes: Object.keys(route.filtered), attempts: [] }),
      })),
    ),
  }
}

function codesOf({ attempts, reason, codes = [] }: Pick<DeliveryStatus, 'attempts' | 'reason'> & { codes?: string[] }) {
  return [...attempts.map(({ outcome }) => outcome), ...codes, reason]
}
