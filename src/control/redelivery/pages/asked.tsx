import { may } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { describeDestination } from '../../destinations/index.ts'
import { destinationHead } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { answerReplayRequest } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { type AskedRequest, listAsked } from '../queries.ts'
import { RangeWords } from './range.tsx'

/** `GET /destinations/:id/replay-requests`: what the maker of the integration asks to be sent again. Two queries. */
export async function showAskedReplays(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const { workspaceId } = c.var.access
  const destination = await describeDestination(db, workspaceId, c.req.param('id') ?? '')
  const requests = await listAsked(db, destination.id)
  const mayWrite = may(c.var.access, 'destinations:write', destination.sourceId)
  const title = titleOf(destination.integration)
  const children = (
    <>
      <FormProblem form={form} />
      {requests.length === 0 ? (
        <Empty icon="check" title="Nobody asks">
          When {title} has lost something, its maker may ask here for a replay.
        </Empty>
      ) : (
        requests.map((request) => <Asked of={request} id={destination.id} title={title} mayWrite={mayWrite} />)
      )}
    </>
  )
  const head = destinationHead(destination, 'partner', ctx.now())
  return showPage(c, { ...head, children }, form.wrong ? 422 : 200)
}

interface AskedProps {
  of: AskedRequest
  id: string
  title: string
  mayWrite: boolean
}

function Asked({ of: request, id, title, mayWrite }: AskedProps) {
  const { agreed, replayId, words } = request
  const action = `/destinations/${id}/replay-requests/${request.id}`
  return (
    <Card title={`${title} asks for a replay`} lead={<RangeWords of={request} />}>
      <p class="record-words">{words}</p>
      {agreed === null ? (
        mayWrite && (
          <div class="actions">
            <form method="post" action={action}>
              <input type="hidden" name="agreed" value="1" />
              <Button kind="main">Send it again</Button>
            </form>
            <form method="post" action={action}>
              <Button>Decline</Button>
            </form>
          </div>
        )
      ) : agreed ? (
        <p>
          You have agreed{replayId === null ? '.' : ': '}
          {replayId !== null && <a href={`/replays/${replayId}`}>see the replay</a>}
        </p>
      ) : (
        <p>You have declined.</p>
      )}
    </Card>
  )
}

export async function postAnswerReplayRequest(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const agreed = form.has('agreed')
  const who = c.var.person?.name ?? ''
  const requestId = c.req.param('ask') ?? ''
  const done = await attempt(() => answerReplayRequest(deps, c.var.access.workspaceId, id, requestId, who, { agreed }))
  if (!done.ok) return showAskedReplays(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(`/destinations/${id}/replay-requests`, agreed ? 'replay-agreed' : 'replay-declined'), 303)
}
