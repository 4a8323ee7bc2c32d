import { skipAudit } from '../../../accounts/index.ts'
import { messageOf } from '../../../refusal.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { changeReplay } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getReplay } from '../queries.ts'

const SAID = { running: 'replay-running', paused: 'replay-paused', cancelled: 'replay-cancelled' } as const

/** `POST /replays/:id` with `state`, or with `share` in percent. */
export async function postChangeReplay(c: PanelContext, deps: ControlDeps) {
  const { id } = await getReplay(deps.db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const form = await Form.read(c)
  const state = form.get('state')
  if (state === '' && form.get('share') === '') {
    skipAudit(c)
    return c.redirect(`/replays/${id}`, 303)
  }
  const body = state === '' ? { share: Number(form.get('share')) / 100 } : { state }
  const done = await attempt(() => changeReplay(deps, c.var.access.workspaceId, id, body))
  if (!done.ok) return showProblem(c, 409, 'This could not be done', messageOf(done.problems), `/replays/${id}`)
  const said = Object.hasOwn(SAID, state) ? SAID[state as keyof typeof SAID] : 'replay-paced'
  return c.redirect(withFlash(`/replays/${id}`, said), 303)
}
