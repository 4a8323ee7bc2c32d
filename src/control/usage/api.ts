import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { cutPage } from '../../settings/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination } from '../request.ts'
import { monthOf } from './month.ts'
import { listUsage, usageByDay } from './queries.ts'

/** Events of a month day by day, in the shapes of Segment's API. */
export function usageRoutes({ db }: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/api-calls/daily', access('sources:read'), async (c) => {
    const all = await usageByDay(db, c.var.workspaceId, monthOf(c.req.query('period')))
    const listed = cutPage(all, pageOf(c), ({ day }) => [day])
    const dailyWorkspaceAPICallsUsage = listed.lines.map(presentDay)
    return c.json({ data: { dailyWorkspaceAPICallsUsage, pagination: pagination(listed) } })
  })

  app.get('/api-calls/sources/daily', access('sources:read'), async (c) => {
    const listed = await listUsage(db, c.var.workspaceId, monthOf(c.req.query('period')), pageOf(c))
    const dailyPerSourceAPICallsUsage = listed.lines.map((one) => ({ sourceId: one.sourceId, ...presentDay(one) }))
    return c.json({ data: { dailyPerSourceAPICallsUsage, pagination: pagination(listed) } })
  })

  return app
}

/** Counts are texts there, because they may be larger than a double can tell apart. */
function presentDay({ day, received }: { day: number; received: number }) {
  return { apiCalls: String(received), timestamp: isoTime(day * DAY_MS) }
}
