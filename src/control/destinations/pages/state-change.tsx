import { may, skipAudit } from '../../../accounts/index.ts'
import { updateDestination, tryNow } from '../commands.ts'
import type { Integration, Mode } from '../../../integrations/index.ts'
import { describeDestination } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { delayOf, ON_DEVICES } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { PageDeps } from '../../feature.ts'
import type { ControlDeps } from '../../request.ts'
import { can, carrierOf } from '../carry.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { messageOf } from '../../../refusal.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours, showProblem } from '../../../ui/layout/problem.tsx'
import { type FLASH, withFlash } from '../flash.ts'

const CHANGES: Record<string, { changes: { enabled?: boolean; paused?: boolean }; said: keyof typeof FLASH }> = {
  enable: { changes: { enabled: true }, said: 'destination-enabled' },
  disable: { changes: { enabled: false }, said: 'destination-disabled' },
  pause: { changes: { paused: true }, said: 'destination-paused' },
  resume: { changes: { paused: false }, said: 'destination-resumed' },
}

/** `POST /destinations/:id/state` with `to`: `enable`, `disable`, `pause` or `resume`. */
export async function postUpdateState(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const to = (await Form.read(c)).get('to')
  const change = Object.hasOwn(CHANGES, to) ? CHANGES[to] : undefined
  if (!change) {
    skipAudit(c)
    const { id: found } = await describeDestination(deps.db, c.var.access.workspaceId, id)
    return c.redirect(`/destinations/${found}`, 303)
  }
  const done = await attempt(() => updateDestination(deps, c.var.access.workspaceId, id, change.changes))
  if (!done.ok) return showProblem(c, 409, 'This could not be done', messageOf(done.problems), `/destinations/${id}`)
  const { integration, mode } = done.value
  const said = change.said === 'destination-enabled' ? enabledWords(integration, mode) : change.said
  return c.redirect(withFlash(`/destinations/${done.value.id}`, said), 303)
}

/** What is said of one that was enabled: when its events flow, or when devices load it. */
export function enabledWords(integration: Integration, mode: Mode | null): keyof typeof FLASH {
  return delayOf(integration, mode) === ON_DEVICES ? 'tool-enabled' : 'destination-enabled'
}

/** `POST /destinations/:id/try-now`: one event is sent in spite of a hold. */
export async function postTryNow(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const done = await attempt(() => tryNow(deps, c.var.access.workspaceId, id))
  if (!done.ok) return showProblem(c, 409, 'Nothing was tried', messageOf(done.problems), `/destinations/${id}`)
  return c.redirect(withFlash(`/destinations/${id}`, 'destination-tried'), 303)
}

/** `GET /destinations/:id/disable`: what it means for the events that wait. */
export async function showDisableDestination(c: PanelContext, deps: PageDeps) {
  const id = c.req.param('id') ?? ''
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, id)
  const { name, sourceId, sourceName } = destination
  if (!may(c.var.access, 'destinations:write', sourceId)) return showNotYours(c, { id: sourceId, name: sourceName })
  const consequences = await deps.carrierPages[carrierOf(destination)].disabling(destination, deps)
  return showPage(c, {
    title: `Disable ${name}`,
    current: 'destinations',
    crumbs: [
      ['Destinations', '/destinations'],
      [name, `/destinations/${id}`],
    ],
    children: (
      <form method="post" action={`/destinations/${id}/state`} class="card confirm">
        <h2>What happens</h2>
        <ul class="costs">
          {consequences.map((consequence) => (
            <li>{consequence}</li>
          ))}
        </ul>
        <div class="actions">
          <Button kind="danger" name="to" value="disable">
            Disable
          </Button>
          {can(destination, 'pause', deps) && (
            <Button name="to" value="pause">
              Pause instead
            </Button>
          )}
          <Button kind="quiet" href={`/destinations/${id}`}>
            Keep it enabled
          </Button>
        </div>
      </form>
    ),
  })
}
