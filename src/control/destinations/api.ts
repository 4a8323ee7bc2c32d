import { Hono } from 'hono'
import { access, change, auditSubject, subjectInJson, subject } from '../../accounts/index.ts'
import type { LaneMetrics } from '../../lane/index.ts'
import { isObject } from '../../event/index.ts'
import { cutPage, type Destination, keepMasked } from '../../settings/index.ts'
import { updateDestination, createDestination, deleteDestination, testDestination, tryNow } from './commands.ts'
import { deadLetterRoutes } from '../dead-letters/index.ts'
import { meaningsOf } from '../meanings.ts'
import { DESTINATION_LETTERS } from './lettered.ts'
import { presentWithHealth } from './present.ts'
import { getDestination, getWithHealth, listDestinations } from './queries.ts'
import { withShownSample } from '../shown-sample.ts'
import { periodOf, refuseSpan } from './period.ts'
import { type ControlDeps, type ApiEnv, flagIn, pageOf, pagination, readBody, readBodyOrNone } from '../request.ts'

export function destinationRoutes(deps: ControlDeps) {
  const { db, lane } = deps
  const app = new Hono<ApiEnv>()

  app.get('/', access('destinations:read'), async (c) => {
    const needsYou = flagIn(c, 'needsYou')
    const listed = await listDestinations(db, c.var.workspaceId, pageOf(c), { needsYou })
    const destinations = listed.lines.map((one) => presentWithHealth(one, c.var.access, deps.ctx.now()))
    return c.json({ data: { destinations, pagination: pagination(listed) } })
  })

  app.post('/', change('destinations:write', 'Destination Created', subjectInJson('source', 'sourceId')), async (c) => {
    const created = await createDestination(deps, c.var.workspaceId, kept(await readBody(c)))
    auditSubject(c, 'destination', created.id)
    const destination = presentWithHealth({ ...created, health: null }, c.var.access, deps.ctx.now())
    return c.json({ data: { destination } }, 201)
  })

  app.get('/:id', access('destinations:read'), async (c) => {
    const found = await getWithHealth(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { destination: presentWithHealth(found, c.var.access, deps.ctx.now()) } })
  })

  app.patch('/:id', change('destinations:write', 'Destination Modified', subject('destination', 'id')), async (c) => {
    const { id } = await updateDestination(deps, c.var.workspaceId, c.req.param('id'), kept(await readBody(c)))
    const changed = await getWithHealth(db, c.var.workspaceId, id)
    return c.json({ data: { destination: presentWithHealth(changed, c.var.access, deps.ctx.now()) } })
  })

  app.delete('/:id', change('destinations:write', 'Destination Deleted', subject('destination', 'id')), async (c) => {
    await deleteDestination(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  /** One event, now, as deliver would send it, with all that was sent and answered. It is in no ledger. */
  app.post('/:id/test', change('destinations:write', 'Destination Tested', subject('destination', 'id')), async (c) => {
    const { tried } = await testDestination(deps, c.var.workspaceId, c.req.param('id'), await readBodyOrNone(c))
    const codes = [tried, ...tried.requests].map(({ outcome }) => ('code' in outcome ? outcome.code : undefined))
    return c.json({ data: { test: tried, ...meaningsOf(codes) } })
  })

  /** One of the events that wait is tried now, whatever the receiver asked for. When it arrives, all others follow. */
  app.post(
    '/:id/try-now',
    change('destinations:write', 'Destination Tried', subject('destination', 'id')),
    async (c) => {
      await tryNow(deps, c.var.workspaceId, c.req.param('id'))
      return c.json({ data: { status: 'SUCCESS' } })
    },
  )

  app.get('/:id/ledger', access('destinations:read'), async (c) => {
    const { id } = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { ledger: await lane(id).ledger() } })
  })

  app.get('/:id/delivery-metrics', access('destinations:read'), async (c) => {
    const found = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    refuseSpan((name) => c.req.query(name), found)
    const metrics = await lane(found.id).metrics(periodOf(c.req.query('period')))
    const deliveryMetrics = presentMetrics(found, metrics)
    const { sourceId, destinationMetadataId, metrics: totals } = deliveryMetrics
    const deliveryMetricsSummary = { sourceId, destinationMetadataId, metrics: totals }
    return c.json({ data: { deliveryMetricsSummary, deliveryMetrics, ...meaningsOf(codesOf(metrics)) } })
  })

  /** What of a tool's actions gets which events: no destination chooses that yet. */
  app.get('/:id/subscriptions', access('destinations:read'), async (c) => {
    await getDestination(db, c.var.workspaceId, c.req.param('id'))
    const listed = cutPage([], pageOf(c), () => [])
    return c.json({ data: { subscriptions: listed.lines, pagination: pagination(listed) } })
  })

  app.route('/:id', deadLetterRoutes(deps, DESTINATION_LETTERS))
  return app
}

/** A body whose secrets may be as an answer showed them: those stay as they are. */
function kept(body: unknown): unknown {
  return isObject(body) && 'settings' in body ? { ...body, settings: keepMasked(body['settings']) } : body
}

/** All that the answer names, of its period too: there what is beyond a dozen codes is `other`. */
function codesOf({ filtered, dead, attempts, hold, breaker, failures, figures }: LaneMetrics): string[] {
  const { filtered: f = {}, dead: d = {}, failedAttempts: a = {} } = figures?.total.breakdown ?? {}
  const counted = [filtered, dead, attempts, f, d, a].flatMap(Object.keys)
  return [...counted, ...failures.map(({ code }) => code), ...[hold, breaker].flatMap((one) => one?.why ?? [])]
}

/**
 * The metrics of the Public API's DeliveryMetricsSummary: names and totals since the destination began, in events. Beside
 * them what else the lane says, with a period its figures too.
 */
function presentMetrics({ sourceId, integration, notice }: Destination, metrics: LaneMetrics) {
  const {
    ledger,
    filtered,
    dead,
    attempts,
    hold,
    breaker,
    slowed,
    ownPace,
    pausedSince,
    failures,
    redriving,
    lost,
    figures,
  } = metrics
  // An attempt that ended with the receiver not wanting the event is no failure.
  const failed = Object.fromEntries(
    Object.entries(attempts).filter(([code]) => code !== 'delivered' && filtered[code] === undefined),
  )
  const metric = (metricName: string, total: number, parts: Record<string, number> = {}) => ({
    metricName,
    total,
    breakdown: Object.entries(parts).map(([name, value]) => ({ metricName: name, value })),
  })
  const sum = (counts: Record<string, number>) => Object.values(counts).reduce((a, b) => a + b, 0)
  return {
    sourceId,
    destinationMetadataId: integration.id,
    metrics: [
      metric('accepted', ledger.accepted),
      metric('successes', ledger.delivered),
      metric('filtered', ledger.filtered, filtered),
      metric('pending', ledger.pending),
      metric('dead', ledger.dead, dead),
      metric('failed_attempts', sum(failed), failed),
    ],
    hold,
    breaker,
    slowed,
    ownPace,
    notice,
    pausedSince,
    failures: failures.map(withShownSample),
    redriving,
    lost,
    ...(figures && { figures }),
  }
}
