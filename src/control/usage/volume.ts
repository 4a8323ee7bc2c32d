import type { Context as HonoContext } from 'hono'
import { isoTime } from '../../event/index.ts'
import { refusal } from '../../refusal.ts'
import { cutPage } from '../../settings/index.ts'
import { countedQuery, datasetsOf, listParam, type StepCount } from '../counted.ts'
import { archivedCounts } from '../delivery-overview/index.ts'
import { inTurns } from '../in-turns.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination } from '../request.ts'
import { namedSources } from './queries.ts'

/** Sources whose statistics one call asks. */
const MOST_SOURCES = 25
/** Those that are asked at the same time. */
const PARALLEL = 5

/**
 * `GET /events/volume`: events of a workspace in their archives, by hour or day, source, call and name. Throws `Refusal` 400
 * for more sources than one call asks, 404 for one that is not there.
 */
export async function eventVolume(c: HonoContext<ApiEnv>, deps: ControlDeps): Promise<Response> {
  const { workspaceId } = c.var
  const query = countedQuery(
    c,
    { dimensions: ['source', 'eventName', 'eventType'], filters: ['eventName', 'eventType'] },
    deps.ctx.now(),
  )
  const asked = listParam(c, 'sourceId')
  const sources = await namedSources(deps.db, workspaceId, asked, MOST_SOURCES + 1)
  const strange = asked.find((id) => !sources.some((one) => one.id === id))
  if (sources.length > MOST_SOURCES)
    throw refusal(400, `One call asks ${MOST_SOURCES} sources: say which by sourceId.`, 'sourceId')
  if (strange !== undefined) throw refusal(404, `There is no source ${strange}.`)
  const counts: StepCount[] = []
  await inTurns(sources, PARALLEL, async ({ id }) => {
    for (const one of await archivedCounts(deps, id, query)) counts.push({ ...one, of: { ...one.of, source: id } })
  })
  const all = datasetsOf(counts, query).map((one, at) => ({ ...one, at }))
  const listed = cutPage(all, pageOf(c), ({ at }) => [at])
  const { step, from, until } = query.steps
  return c.json({
    data: {
      path: '/events/volume',
      query: {
        workspaceId,
        granularity: step.toUpperCase(),
        startTime: isoTime(from),
        endTime: isoTime(until),
        groupBy: query.groupBy,
        ...(asked.length > 0 && { sourceId: asked }),
        ...query.filters,
      },
      result: listed.lines.map(({ of: { source, ...of }, total, series }) => ({
        ...(source !== undefined && { source: sources.find(({ id }) => id === source) }),
        ...of,
        total,
        series,
      })),
      pagination: pagination(listed),
    },
  })
}
