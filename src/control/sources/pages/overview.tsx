import { may } from '../../../accounts/index.ts'
import { describeSource } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { DestinationTable } from '../../destinations/pages/index.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { plural } from '../../../ui/counts.ts'
import { Arrivals } from './arrivals.tsx'
import { arrivingAt } from './counters.ts'
import { sourceHead } from './tabs.tsx'
import { TrafficCard, trafficOf } from './traffic.tsx'

/** Destinations that the page of a source shows; the rest are found by search. */
const SHOWN = 20

/** `GET /sources/:id` */
export async function showSource(c: PanelContext, deps: ControlDeps) {
  const { access } = c.var
  const id = c.req.param('id') ?? ''
  const source = await describeSource(deps.db, access.workspaceId, id, SHOWN)
  const arriving = await arrivingAt(id, deps)
  // Of what never came there is no picture.
  const traffic = arriving.counters && arriving.counters.requests > 0 ? await trafficOf(id, deps) : null
  const { destinations, destinationTotal, name } = source
  const add = may(access, 'destinations:write', id) && (
    <Button kind="main" icon="plus" href={`/catalogue?source=${id}`}>
      Add destination
    </Button>
  )
  return showPage(c, {
    ...sourceHead(source, 'overview'),
    children: (
      <>
        <Arrivals sourceId={id} {...arriving} now={deps.ctx.now()} />
        {traffic && <TrafficCard id={id} traffic={traffic} />}
        <Card title="Destinations" lead="Where the events of this source go." actions={destinations.length > 0 && add}>
          {destinations.length === 0 ? (
            <Empty icon="destination" title="Nobody gets these events yet" action={add}>
              They are kept in the archive all the same. Pick an integration from the catalogue to send them somewhere.
            </Empty>
          ) : (
            <>
              <DestinationTable lines={destinations} caption={`Destinations of ${name}`} now={deps.ctx.now()} />
              {destinationTotal > destinations.length && (
                <p class="more">
                  <a href={`/destinations?q=${encodeURIComponent(name)}`}>
                    See all {plural(destinationTotal, 'destination')}
                  </a>
                </p>
              )}
            </>
          )}
        </Card>
      </>
    ),
  })
}
