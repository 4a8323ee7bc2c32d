import { Hono } from 'hono'
import { access } from '../accounts/index.ts'
import { readLines } from '../archive/index.ts'
import type { Found } from '../intake/index.ts'
import { decodeSet, has } from '../lane/index.ts'
import { destinationsOfSource, listSources } from '../settings/index.ts'
import { parseJson } from '../spec/index.ts'
import { ApiError } from './errors.ts'
import type { ApiDeps, ApiEnv } from './request.ts'
import { presentTrace } from './whereabouts.ts'

/** Sources that one search asks. */
const MOST_SOURCES = 200

/** Where did my event go: ingest, archive, and what each destination made of it. */
export function eventRoutes(deps: ApiDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/:messageId', access('events:read'), async (c) => {
    const messageId = c.req.param('messageId')
    const { sources } = await listSources(deps.db, c.var.workspaceId, { count: MOST_SOURCES, offset: 0 })
    const asked = c.req.query('source')
    for (const { id } of sources.filter((source) => asked === undefined || source.id === asked)) {
      const found = await deps.intake(id).find(messageId)
      if (found) return c.json({ data: { event: await describe(messageId, id, found, deps) } })
    }
    throw new ApiError(404, {
      message:
        'This event is not in the archive. It may still be on its way (a few seconds), it may have been rejected (see the source’s counters), or it never arrived. An event older than a day may be archived all the same: it is no longer found by its id.',
    })
  })

  return app
}

async function describe(messageId: string, sourceId: string, found: Found, deps: ApiDeps) {
  const { batch, key, chunks, event, committedAt, routes } = found
  const lines = await readLines(deps.archive, key, chunks)
  const line = lines?.[event]
  const content = line === undefined ? null : (parseJson(line) as { receivedAt?: string })
  const destinations = await destinationsOfSource(deps.db, sourceId)
  const names = new Map(destinations.map(({ id, name }) => [id, name]))
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
          : { status: 'filtered', codes: Object.keys(route.filtered), attempts: [] }),
      })),
    ),
  }
}
