import { may } from '../../../accounts/index.ts'
import { titleOf, whereRuns } from '../../../integrations/index.ts'
import type { LaneMetrics } from '../../../lane/index.ts'
import { describeDestination } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { ON_DEVICES } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { LedgerCard } from './ledger.tsx'
import { DeliverySection, StandingNotice } from './figures/section.tsx'
import { periodOr1h } from './figures/span.ts'
import { metricsOf } from './metrics.ts'
import { isDeviceOnly } from './mode.tsx'
import { destinationHead } from './tabs.tsx'

/** `GET /destinations/:id` */
export async function overviewPage(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, id)
  const metrics = await metricsOf(id, deps, periodOr1h(c.req.query('period')))
  const now = deps.ctx.now()
  const { enabled, paused, notice, sourceId, integration, mode } = destination
  const onlyOnDevice = isDeviceOnly(integration, mode)
  const mayWrite = may(c.var.access, 'destinations:write', sourceId)
  return showPage(c, {
    ...destinationHead(destination, 'overview'),
    actions: mayWrite && <StateActions id={id} enabled={enabled} paused={paused} sent={!onlyOnDevice} />,
    children: (
      <>
        {notice !== null && (
          <Notice tone="bad" title="It was disabled, because its receiver asked for that.">
            {notice} Once the receiver takes events again, enable it here.
          </Notice>
        )}
        {!enabled && notice === null && (
          <Notice title="It is disabled, and gets no events.">
            {mayWrite && onlyOnDevice
              ? `Enabled, it is loaded by what sends to this source from ${whereRuns(integration)}.`
              : mayWrite
                ? 'Try it out with a sample event first, then enable it.'
                : 'Somebody who may change it can enable it.'}
          </Notice>
        )}
        {onlyOnDevice ? (
          <Notice title={`${titleOf(integration)} runs in ${whereRuns(integration)}.`}>
            It is loaded there and gets the events there, so nothing is sent from here and there is nothing to count.
            What the device said of it stands with each event: “Where did it go?” in the{' '}
            <a href={`/sources/${sourceId}/debugger`}>debugger</a>. A change reaches devices {ON_DEVICES}.
          </Notice>
        ) : (
          <>
            {enabled && metrics && (
              <StandingNotice metrics={metrics} now={now}>
                {mayWrite && isHeld(metrics) && <TryNow id={id} />}
              </StandingNotice>
            )}
            <LedgerCard metrics={metrics} now={now} />
            {metrics && <DeliverySection metrics={metrics} path={`/destinations/${id}`} now={now} />}
          </>
        )}
      </>
    ),
  })
}

/** Held by its receiver, and not by a person. */
function isHeld({ hold, breaker, ledger }: LaneMetrics): boolean {
  return (breaker !== null || (hold !== null && hold.until !== null)) && ledger.pending > 0
}

/** A receiver that was mended before its time need not be waited for. */
function TryNow({ id }: { id: string }) {
  return (
    <form method="post" action={`/destinations/${id}/try-now`} class="actions">
      <Button>Try one now</Button>
    </form>
  )
}

/** What can be done with it now; disabling is asked about first, because of what waits. */
function StateActions({ id, enabled, paused, sent }: { id: string; enabled: boolean; paused: boolean; sent: boolean }) {
  return (
    <form method="post" action={`/destinations/${id}/state`} class="actions">
      {!enabled && (
        <>
          {sent && <Button href={`/destinations/${id}/test`}>Test</Button>}
          <Button kind="main" name="to" value="enable">
            Enable
          </Button>
        </>
      )}
      {enabled && (
        <>
          <Button href={`/destinations/${id}/disable`}>Disable…</Button>
          {sent && paused && (
            <Button kind="main" name="to" value="resume">
              Resume
            </Button>
          )}
          {sent && !paused && (
            <Button name="to" value="pause">
              Pause
            </Button>
          )}
        </>
      )}
    </form>
  )
}
