import { type Context as HonoContext, Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { refusal } from '../../refusal.ts'
import { cutPage } from '../../settings/index.ts'
import { countedQuery, type CountedQuery, datasetsOf, type Dimension, type StepCount } from '../counted.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination } from '../request.ts'
import { getSource } from '../sources/index.ts'
import { archivedCounts, rejectedCounts } from './queries.ts'

/** What one step of the way can be told apart by, and its counts. */
interface WayStep {
  dimensions: readonly Dimension[]
  counts(sourceId: string, query: CountedQuery): Promise<StepCount[]>
}

/** The way of a source's events up to the archive, step by step. */
export function deliveryOverviewRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/successfully-received', access('sources:read'), (c) => {
    const counts = (id: string, query: CountedQuery) => archivedCounts(deps, id, query)
    return answer(c, deps, { dimensions: ['eventName', 'eventType'], counts })
  })

  app.get('/failed-on-ingest', access('sources:read'), (c) => {
    const counts = (id: string, query: CountedQuery) => rejectedCounts(deps, id, query)
    return answer(c, deps, { dimensions: ['discardReason'], counts })
  })

  app.get('/filtered-at-source', access('sources:read'), (c) => {
    // No source filters anything yet.
    const counts = () => Promise.resolve([])
    return answer(c, deps, { dimensions: ['eventName', 'eventType', 'discardReason'], counts })
  })

  return app
}

async function answer(c: HonoContext<ApiEnv>, { db, ctx }: ControlDeps, { dimensions, counts }: WayStep) {
  const sourceId = c.req.query('sourceId')
  if (!sourceId) throw refusal(400, 'Say which source: ?sourceId=…', 'sourceId')
  const { id } = await getSource(db, c.var.workspaceId, sourceId)
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
