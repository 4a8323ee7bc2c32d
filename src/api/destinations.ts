import { Hono } from 'hono'
import type { LaneMetrics } from '../lane/index.ts'
import {
  createDestination,
  deleteDestination,
  type Destination,
  getDestination,
  listDestinations,
  updateDestination,
} from '../settings/index.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { destinationChanges, newDestination } from './input.ts'
import { removeDestination, tellLanes } from './lanes.ts'
import { unmaskSecrets } from './mask.ts'
import { presentDestination } from './present.ts'
import { type ApiDeps, type ApiEnv, pageOf, pagination, readJson } from './request.ts'

export function destinationRoutes(deps: ApiDeps) {
  const { db, settings, lane, allowLocal } = deps
  const app = new Hono<ApiEnv>()

  const changed = async (destination: Destination) => {
    settings.invalidate()
    await tellLanes([destination], deps)
  }

  app.get('/', async (c) => {
    const page = pageOf(c)
    const { destinations, total } = await listDestinations(db, c.var.workspaceId, page)
    return c.json({ data: { destinations: destinations.map(presentDestination), pagination: pagination(page, total) } })
  })

  app.post('/', async (c) => {
    const input = await readJson(c, newDestination)
    const values = unmaskSecrets(input.settings, {})
    const destination = await createDestination(db, c.var.workspaceId, { ...input, settings: values }, { allowLocal })
    await changed(destination)
    return c.json({ data: { destination: presentDestination(destination) } }, 201)
  })

  app.get('/:id', async (c) => {
    const destination = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { destination: presentDestination(destination) } })
  })

  app.patch('/:id', async (c) => {
    const { settings: values, ...changes } = await readJson(c, destinationChanges)
    const before = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    const destination = await updateDestination(
      db,
      c.var.workspaceId,
      before.id,
      { ...changes, ...(values && { settings: unmaskSecrets(values, before.settings) }) },
      { allowLocal },
    )
    await changed(destination)
    return c.json({ data: { destination: presentDestination(destination) } })
  })

  app.delete('/:id', async (c) => {
    await removeDestination(await getDestination(db, c.var.workspaceId, c.req.param('id')), deps)
    await deleteDestination(db, c.var.workspaceId, c.req.param('id'))
    settings.invalidate()
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.get('/:id/ledger', async (c) => {
    const { id } = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { ledger: await lane(id).ledger() } })
  })

  app.get('/:id/delivery-metrics', async (c) => {
    const destination = await getDestination(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { deliveryMetrics: summary(destination, await lane(destination.id).metrics()) } })
  })

  app.route('/:id/dead-letters', deadLetterRoutes(deps))
  return app
}

/** The Public API's DeliveryMetricsSummary: names and totals since the destination began. Unit: events. */
function summary({ sourceId, integration, notice }: Destination, metrics: LaneMetrics) {
  const { ledger, filtered, dead, attempts, hold, breaker, slowed } = metrics
  const { delivered: _, ...failed } = attempts
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
    notice,
  }
}
