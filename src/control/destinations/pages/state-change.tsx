import { may, unchanged } from '../../../accounts/index.ts'
import { changeDestination, tryNow } from '../commands.ts'
import type { Integration, Mode } from '../../../integrations/index.ts'
import { describeDestination } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { delayOf, ON_DEVICES } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, one, typed } from '../../forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours, showProblem } from '../../../ui/layout/problem.tsx'
import { type FLASH, withFlash } from '../flash.ts'
import { waitingWords } from './ledger.tsx'
import { metricsOf } from './metrics.ts'
import { isDeviceOnly } from './mode.tsx'

const CHANGES: Record<string, { changes: { enabled?: boolean; paused?: boolean }; said: keyof typeof FLASH }> = {
  enable: { changes: { enabled: true }, said: 'destination-enabled' },
  disable: { changes: { enabled: false }, said: 'destination-disabled' },
  pause: { changes: { paused: true }, said: 'destination-paused' },
  resume: { changes: { paused: false }, said: 'destination-resumed' },
}

/** `POST /destinations/:id/state` with `to`: `enable`, `disable`, `pause` or `resume`. */
export async function setState(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const to = one(await typed(c), 'to')
  const change = Object.hasOwn(CHANGES, to) ? CHANGES[to] : undefined
  if (!change) {
    unchanged(c)
    const { id: found } = await describeDestination(deps.db, c.var.access.workspaceId, id)
    return c.redirect(`/destinations/${found}`, 303)
  }
  const done = await attempt(() => changeDestination(deps, c.var.access.workspaceId, id, change.changes))
  if (!done.ok)
    return showProblem(c, 409, 'This could not be done', [...done.problems.values()].join(' '), `/destinations/${id}`)
  const { integration, mode } = done.value
  const said = change.said === 'destination-enabled' ? enabledWords(integration, mode) : change.said
  return c.redirect(withFlash(`/destinations/${done.value.id}`, said), 303)
}

/** What is said of one that was enabled: when its events flow, or when devices load it. */
export function enabledWords(integration: Integration, mode: Mode | null): keyof typeof FLASH {
  return delayOf(integration, mode) === ON_DEVICES ? 'tool-enabled' : 'destination-enabled'
}

/** `POST /destinations/:id/try-now`: one event is sent in spite of a hold. */
export async function tryOneNow(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const done = await attempt(() => tryNow(deps, c.var.access.workspaceId, id))
  if (!done.ok)
    return showProblem(c, 409, 'Nothing was tried', [...done.problems.values()].join(' '), `/destinations/${id}`)
  return c.redirect(withFlash(`/destinations/${id}`, 'destination-tried'), 303)
}

/** `GET /destinations/:id/disable`: what it means for the events that wait. */
export async function disablePage(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { name, integration, mode, sourceId, sourceName } = await describeDestination(
    deps.db,
    c.var.access.workspaceId,
    id,
  )
  if (!may(c.var.access, 'destinations:write', sourceId)) return showNotYours(c, { id: sourceId, name: sourceName })
  const delay = delayOf(integration, mode)
  const { count, words } = waitingWords(await metricsOf(id, deps))
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
          <li>
            {isDeviceOnly(integration, mode)
              ? `Devices stop loading it ${delay}.`
              : `It takes no new events ${delay} from now. The archive keeps them.`}
          </li>
          <li>
            {words}
            {count !== 0 &&
              ' Nothing more is sent. Enabled again in time, it goes on with them; those that get too old meanwhile become dead letters, which can be sent once more.'}
          </li>
          <li>If you only want it to wait, pause it: it keeps taking events, and no deadline runs.</li>
        </ul>
        <div class="actions">
          <Button kind="danger" name="to" value="disable">
            Disable
          </Button>
          <Button name="to" value="pause">
            Pause instead
          </Button>
          <Button kind="quiet" href={`/destinations/${id}`}>
            Keep it enabled
          </Button>
        </div>
      </form>
    ),
  })
}
