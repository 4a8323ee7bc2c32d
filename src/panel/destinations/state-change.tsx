import { changeDestination, tryNow } from '../../api/index.ts'
import { describeDestination } from '../../settings/index.ts'
import { Button } from '../components/button.tsx'
import type { PanelContext, PanelDeps } from '../deps.ts'
import { attempt, one, typed } from '../forms.ts'
import { showPage } from '../layout/page.tsx'
import { showProblem } from '../layout/problem.tsx'
import { type Said, saying } from '../layout/said.ts'
import { waitingWords } from './ledger.tsx'
import { metricsOf } from './metrics.ts'

const CHANGES: Record<string, { changes: { enabled?: boolean; paused?: boolean }; said: Said }> = {
  enable: { changes: { enabled: true }, said: 'destination-enabled' },
  disable: { changes: { enabled: false }, said: 'destination-disabled' },
  pause: { changes: { paused: true }, said: 'destination-paused' },
  resume: { changes: { paused: false }, said: 'destination-resumed' },
}

/** `POST /destinations/:id/state` with `to`: `enable`, `disable`, `pause` or `resume`. */
export async function setState(c: PanelContext, deps: PanelDeps) {
  const id = c.req.param('id') ?? ''
  const to = one(await typed(c), 'to')
  const change = Object.hasOwn(CHANGES, to) ? CHANGES[to] : undefined
  if (!change) return c.redirect(`/destinations/${id}`, 303)
  const done = await attempt(() => changeDestination(deps, c.var.access.workspaceId, id, change.changes))
  if (!done.ok)
    return showProblem(c, 409, 'This could not be done', [...done.problems.values()].join(' '), `/destinations/${id}`)
  return c.redirect(saying(`/destinations/${id}`, change.said), 303)
}

/** `POST /destinations/:id/try-now`: one event is sent in spite of a hold. */
export async function tryOneNow(c: PanelContext, deps: PanelDeps) {
  const id = c.req.param('id') ?? ''
  const done = await attempt(() => tryNow(deps, c.var.access.workspaceId, id))
  if (!done.ok)
    return showProblem(c, 409, 'Nothing was tried', [...done.problems.values()].join(' '), `/destinations/${id}`)
  return c.redirect(saying(`/destinations/${id}`, 'destination-tried'), 303)
}

/** `GET /destinations/:id/disable`: what it means for the events that wait. */
export async function disablePage(c: PanelContext, deps: PanelDeps) {
  const id = c.req.param('id') ?? ''
  const { name } = await describeDestination(deps.db, c.var.access.workspaceId, id)
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
          <li>Within 15 seconds it takes no new events. The archive keeps them.</li>
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
