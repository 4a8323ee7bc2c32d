import { may } from '../../../accounts/index.ts'
import type { Destination } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { PageDeps } from '../../feature.ts'
import { can, carrierOf } from '../carry.ts'
import { describeDestination } from '../queries.ts'
import { destinationHead } from './tabs.tsx'

/** `GET /destinations/:id` */
export async function showDestination(c: PanelContext, deps: PageDeps) {
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const carrier = deps.carrierPages[carrierOf(destination)]
  const { enabled, notice, sourceId } = destination
  const mayWrite = may(c.var.access, 'destinations:write', sourceId)
  const { children, health = destination.health } = await carrier.overview(c, destination, deps)
  return showPage(c, {
    ...destinationHead({ ...destination, health }, 'overview', deps.ctx.now()),
    actions: mayWrite && <StateActions of={destination} deps={deps} />,
    children: (
      <>
        {notice !== null && (
          <Notice tone="bad" title="It was disabled, because its receiver asked for that.">
            {notice} Once the receiver takes events again, enable it here.
          </Notice>
        )}
        {!enabled && notice === null && (
          <Notice title="It is disabled, and gets no events.">
            {mayWrite ? carrier.disabledHint(destination) : 'Somebody who may change it can enable it.'}
          </Notice>
        )}
        {children}
      </>
    ),
  })
}

/** What can be done with it now; disabling is asked about first, because of what waits. */
function StateActions({ of, deps }: { of: Destination; deps: PageDeps }) {
  const { id, enabled, paused } = of
  const pausable = can(of, 'pause', deps)
  return (
    <form method="post" action={`/destinations/${id}/state`} class="actions">
      {can(of, 'replay', deps) && <Button href={`/replays/new?destination=${id}`}>Replay…</Button>}
      {!enabled && (
        <>
          {can(of, 'test', deps) && <Button href={`/destinations/${id}/test`}>Test</Button>}
          <Button kind="main" name="to" value="enable">
            Enable
          </Button>
        </>
      )}
      {enabled && (
        <>
          <Button href={`/destinations/${id}/disable`}>Disable…</Button>
          {pausable && paused && (
            <Button kind="main" name="to" value="resume">
              Resume
            </Button>
          )}
          {pausable && !paused && (
            <Button name="to" value="pause">
              Pause
            </Button>
          )}
        </>
      )}
    </form>
  )
}
