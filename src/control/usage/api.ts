import { Hono } from 'hono'
import { access } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import type { TrackedOnDay } from '../../overview/index.ts'
import { cutPage } from '../../settings/index.ts'
import { DAY_MS } from '../../statistics/index.ts'
import { type ApiEnv, type ControlDeps, pageOf, pagination } from '../request.ts'
import { monthOf } from './month.ts'
import { type Days, listUsage, listUsersOfDays, usageByDay } from './queries.ts'
import { neverIdentified } from './tracked.ts'

/** Events and people of a month day by day, in the shapes of Segment's API. */
export function usageRoutes({ db, overview }: ControlDeps) {
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

  app.get('/mtu/daily', access('sources:read'), async (c) => {
    const month = monthOf(c.req.query('period'))
    const all = await overview(c.var.workspaceId).trackedUsers(month.from, month.until)
    const listed = cutPage(all, pageOf(c), ({ day }) => [day])
    const dailyWorkspaceMTUUsage = listed.lines.map((one) => presentUsers(one, month))
    return c.json({ data: { dailyWorkspaceMTUUsage, pagination: pagination(listed) } })
  })

  app.get('/mtu/sources/daily', access('sources:read'), async (c) => {
    const month = monthOf(c.req.query('period'))
    const listed = await listUsersOfDays(db, c.var.workspaceId, month, pageOf(c))
    const dailyPerSourceMTUUsage = listed.lines.map((one) => ({ sourceId: one.sourceId, ...presentUsers(one, month) }))
    return c.json({ data: { dailyPerSourceMTUUsage, pagination: pagination(listed) } })
  })

  return app
}

/** People of a month up to and with a day; the month's own begin and end are in seconds. */
function presentUsers({ day, ...counts }: TrackedOnDay, { from, until }: Days) {
  return {
    periodStart: (from * DAY_MS) / 1_000,
    periodEnd: (until * DAY_MS) / 1_000,
    anonymous: String(counts.anonymous),
    anonymousIdentified: String(counts.anonymousIdentified),
    identified: String(counts.identified),
    neverIdentified: String(neverIdentified(counts)),
    timestamp: isoTime(day * DAY_MS),
  }
}

/** Counts are texts there, because they may be larger than a double can tell apart. */
function presentDay({ day, received }: { day: number; received: number }) {
  return { apiCalls: String(received), timestamp: isoTime(day * DAY_MS) }
}
