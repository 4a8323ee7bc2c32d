import { may } from '../../accounts/index.ts'
import { describeDestination } from '../../settings/index.ts'
import { Button } from '../components/button.tsx'
import { Notice } from '../components/notice.tsx'
import type { PanelContext, PanelDeps } from '../deps.ts'
import { showPage } from '../layout/page.tsx'
import { LedgerCard } from './ledger.tsx'
import { metricsOf } from './metrics.ts'
import { destinationHead } from './tabs.tsx'

/** `GET /destinations/:id` */
export async function overviewPage(c: PanelContext, deps: PanelDeps) {
  const id = c.req.param('id') ?? ''
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, id)
  const metrics = await metricsOf(id, deps)
  const { enabled, paused, notice, sourceId } = destination
  const mayWrite = may(c.var.access, 'destinations:write', sourceId)
  return showPage(c, {
    ...destinationHead(destination, 'overview'),
    actions: mayWrite && <StateActions id={id} enabled={enabled} paused={paused} />,
    children: (
      <>
        {notice !== null && (
          <Notice tone="bad" title="It was disabled, because its receiver asked for that.">
            {notice} Once the receiver takes events again, enable it here.
          </Notice>
        )}
        {!enabled && notice === null && (
          <Notice title="It is disabled, and gets no events.">
            {mayWrite
              ? 'Try it out with a sample event first, then enable it.'
              : 'Somebody who may change it can enable it.'}
          </Notice>
        )}
        <LedgerCard metrics={metrics} now={deps.ctx.now()} />
      </>
    ),
  })
}

/** What can be done with it now; disabling is asked about first, because of what waits. */
function StateActions({ id, enabled, paused }: { id: string; enabled: boolean; paused: boolean }) {
  return (
    <form method="post" action={`/destinations/${id}/state`} class="actions">
      {!enabled && (
        <>
          <Button href={`/destinations/${id}/test`}>Test</Button>
          <Button kind="main" name="to" value="enable">
            Enable
          </Button>
        </>
      )}
      {enabled && (
        <>
          <Button href={`/destinations/${id}/disable`}>Disable…</Button>
          {paused ? (
            <Button kind="main" name="to" value="resume">
              Resume
            </Button>
          ) : (
            <Button name="to" value="pause">
              Pause
            </Button>
          )}
        </>
      )}
    </form>
  )
}
