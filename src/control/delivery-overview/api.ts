import { type Context as HonoContext, Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import type { OverviewAnswer } from '../../overview/index.ts'
import { refusal } from '../../refusal.ts'
import { cutPage } from '../../settings/index.ts'
import { countedQuery, type CountedQuery, datasetsOf, type Dimension, type StepCount } from '../counted.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination } from '../request.ts'
import { getSource } from '../sources/index.ts'
import { getDestination } from '../destinations/index.ts'
import { meaningsOf } from '../meanings.ts'
import { presentOverview } from './present.ts'
import { archivedCounts, destinationWays, endedCounts, rejectedCounts, workspaceWays } from './queries.ts'
import { overviewFilterOf } from './filter.ts'
import { spanParam, type SpanQuery, spanQuery } from './spans.ts'
import { waySummary } from './summary.ts'

/** What one step of the way can be told apart by, and its counts. */
interface Counted {
  dimensions: readonly Dimension[]
  counts(id: string, query: CountedQuery): Promise<StepCount[]>
}

type Asked = Pick<OverviewAnswer, 'points'> & Partial<OverviewAnswer>

const NAMES = ['eventName', 'eventType'] as const
const ENDS = {
  'filtered-at-destination': { step: 'filtered', dimensions: [...NAMES, 'discardReason'] },
  'failed-delivery': { step: 'failed', dimensions: [...NAMES, 'discardReason'] },
  'successful-delivery': { step: 'delivered', dimensions: NAMES },
} as const

/** The way of events, step by step: of a source's up to the archive, of a destination's to their end. */
export function deliveryOverviewRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  /** All steps at once, over a span that ends now: of the workspace, of a source with its destinations, or of a destination. */
  app.get('/', access('destinations:read'), async (c) => {
    const query = spanQuery(spanParam(c.req.query('period')), deps.ctx.now())
    const filter = overviewFilterOf((name) => c.req.query(name))
    const { points, progress } = await pointsOf(c, deps, query)
    const overview = presentOverview(waySummary(points, query, filter), query)
    const meanings = meaningsOf(overview.breakdown.map(({ reason }) => reason))
    return c.json({ data: { overview: { ...overview, ...(progress && { progress }) }, ...meanings } })
  })

  app.get('/successfully-received', access('sources:read'), async (c) => {
    const counts = (id: string, query: CountedQuery) => archivedCounts(deps, id, query)
    return answer(c, deps, await sourceIn(c, deps), { dimensions: ['eventName', 'eventType'], counts })
  })

  app.get('/failed-on-ingest', access('sources:read'), async (c) => {
    const counts = (id: string, query: CountedQuery) => rejectedCounts(deps, id, query)
    return answer(c, deps, await sourceIn(c, deps), { dimensions: ['discardReason'], counts })
  })

  app.get('/filtered-at-source', access('sources:read'), async (c) => {
    // No source filters anything yet.
    const counts = () => Promise.resolve([])
    return answer(c, deps, await sourceIn(c, deps), { dimensions: ['eventName', 'eventType', 'discardReason'], counts })
  })

  for (const [name, { step, dimensions }] of Object.entries(ENDS)) {
    app.get(`/${name}`, access('destinations:read'), async (c) => {
      const id = await destinationIn(c, deps)
      return answer(c, deps, id, { dimensions, counts: (one, query) => endedCounts(deps, one, step, query) })
    })
  }
  return app
}

/** What a request asks for; `progress` where several have to be asked for it. Throws `Refusal`. */
async function pointsOf(c: HonoContext<ApiEnv>, deps: ControlDeps, query: SpanQuery): Promise<Asked> {
  const { workspaceId } = c.var
  const [destinationId, sourceId] = [c.req.query('destinationId'), c.req.query('sourceId')]
  if (destinationId) {
    const destination = await getDestination(deps.db, workspaceId, destinationId)
    if (sourceId && sourceId !== destination.sourceId)
      throw refusal(400, 'This destination belongs to another source.', 'sourceId')
    return { points: (await destinationWays(deps, destination, query)).points }
  }
  if (sourceId) await getSource(deps.db, workspaceId, sourceId)
  return workspaceWays(deps, workspaceId, query, sourceId ? { sourceId } : {})
}

/** The destination of a request, in its workspace and, if that is named too, of its source. Throws `Refusal`. */
async function destinationIn(c: HonoContext<ApiEnv>, { db }: ControlDeps): Promise<string> {
  const asked = c.req.query('destinationConfigId')
  if (!asked) throw refusal(400, 'Say which destination: ?destinationConfigId=…', 'destinationConfigId')
  if (c.req.query('subscriptionId') !== undefined)
    throw refusal(400, 'Destinations have no subscriptions of their own here: leave it out.', 'subscriptionId')
  const { id, sourceId } = await getDestination(db, c.var.workspaceId, asked)
  const source = c.req.query('sourceId')
  if (source !== undefined && source !== sourceId)
    throw refusal(400, 'This destination belongs to another source.', 'sourceId')
  return id
}

/** The source of a request. Throws `Refusal`. */
async function sourceIn(c: HonoContext<ApiEnv>, { db }: ControlDeps): Promise<string> {
  const sourceId = c.req.query('sourceId')
  if (!sourceId) throw refusal(400, 'Say which source: ?sourceId=…', 'sourceId')
  return (await getSource(db, c.var.workspaceId, sourceId)).id
}

async function answer(c: HonoContext<ApiEnv>, { ctx }: ControlDeps, id: string, { dimensions, counts }: Counted) {
  const query = countedQuery(c, { dimensions, filters: dimensions, prefix: 'filter' }, ctx.now())
  const all = datasetsOf(await counts(id, query), query).map((one, at) => ({ ...one, at }))
  const listed = cutPage(all, pageOf(c), ({ at }) => [at])
  return c.json({
    data: {
      total: all.reduce((sum, { total }) => sum + total, 0),
      dataset: listed.lines.map(({ of, total, series }) => ({ ...of, total, series })),
      pagination: pagination(listed),
    },
  })
}
