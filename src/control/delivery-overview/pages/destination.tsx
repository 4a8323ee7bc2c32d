import type { Child } from 'hono/jsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { describeDestination } from '../../destinations/index.ts'
import { destinationHead } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { overviewAskedOf } from './asked.ts'
import { OverviewCard } from './card.tsx'
import { destinationWays } from '../queries.ts'
import { waySummary } from '../summary.ts'

/** `GET /destinations/:id/delivery-overview?period=&eventType=&eventName=&reason=` */
export async function showDestinationOverview(c: PanelContext, deps: ControlDeps) {
  const { db, ctx } = deps
  const destination = await describeDestination(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const { id, sourceId } = destination
  const asked = overviewAskedOf((name) => c.req.query(name), ctx.now())
  let children: Child
  try {
    const { points, progress } = await destinationWays(deps, destination, asked.query)
    children = (
      <OverviewCard
        path={`/destinations/${id}/delivery-overview`}
        asked={asked}
        summary={waySummary(points, asked.query, asked.filter)}
        all={waySummary(points, asked.query, {})}
        links={{
          received: `/sources/${sourceId}/schema`,
          rejected: `/sources/${sourceId}/debugger?status=rejected`,
          failed: `/destinations/${id}/dead-letters`,
        }}
        behind={progress.caughtUp ? null : 'Some of what came is still being counted.'}
      />
    )
  } catch (error) {
    ctx.log('warn', 'no overview of a destination', { destination: id, error: String(error) })
    children = (
      <Notice tone="warn" title="The figures cannot be read at the moment.">
        Events are kept and sent all the same. Look again in a minute.
      </Notice>
    )
  }
  return showPage(c, { ...destinationHead(destination, 'delivery-overview', ctx.now()), children })
}
