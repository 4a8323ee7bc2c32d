import { messageOf } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { readAuthorizationState } from '../authorization.ts'
import { allowCloudSource } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getCloudSource } from '../queries.ts'
import { visitorOf } from './cloud.tsx'

/**
 * `GET /cloud/allowed?code=…&state=…`: the vendor has sent the browser back. An address that others make up may change nothing:
 * the member finishes it.
 */
export async function showAllowed(c: PanelContext, deps: ControlDeps) {
  const { code = '', state = '', error, error_description: why } = c.req.query()
  const read = await attempt(() => readAuthorizationState(deps, state, visitorOf(c)))
  if (!read.ok) return showProblem(c, 409, 'It was not allowed', messageOf(read.problems), '/sources')
  const { source, vendor } = await getCloudSource(deps.db, c.var.access.workspaceId, read.value.id)
  const back = `/sources/${source.id}/cloud`
  if (code === '')
    return showProblem(
      c,
      409,
      'It was not allowed',
      `${vendor.name} says: ${(why ?? error ?? 'nothing').slice(0, 300)}`,
      back,
    )
  return showPage(c, {
    title: source.name,
    current: 'sources',
    crumbs: [['Sources', '/sources']],
    children: (
      <Card title={`${vendor.name} allows it`} lead={`${source.name} is read with it from now on.`}>
        <form method="post" action="/cloud/allowed">
          <input type="hidden" name="source" value={source.id} />
          <input type="hidden" name="state" value={state} />
          <input type="hidden" name="code" value={code} />
          <div class="actions">
            <Button kind="main">Finish</Button>
            <Button kind="quiet" href={back}>
              Leave it
            </Button>
          </div>
        </form>
      </Card>
    ),
  })
}

/** `POST /cloud/allowed` with `code`, `state` and the `source` that the state is of. */
export async function postAllowed(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const id = form.get('source')
  const given = { id, code: form.get('code'), state: form.get('state') }
  const done = await attempt(() => allowCloudSource(deps, c.var.access.workspaceId, given, visitorOf(c)))
  if (!done.ok) return showProblem(c, 409, 'It was not allowed', messageOf(done.problems), `/sources/${id}/cloud`)
  return c.redirect(withFlash(`/sources/${id}/cloud`, 'cloud-allowed'), 303)
}
