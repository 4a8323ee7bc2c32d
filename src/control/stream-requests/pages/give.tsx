import { auditSubject, may } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Field, Select } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { duration } from '../../../ui/duration.ts'
import type { ControlDeps } from '../../request.ts'
import { giveStream } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { findStreamRequest, listSourceChoices, MOST_GIVEN } from '../queries.ts'

/** `GET /streams/:token`: who asks a customer for which calls. Two queries. */
export async function showStream(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const token = c.req.param('token') ?? ''
  // The address is the secret of a link: it is told to nobody.
  c.header('Referrer-Policy', 'strict-origin')
  const [request, choices] = await Promise.all([
    findStreamRequest(db, 'waiting', token),
    listSourceChoices(db, c.var.access.workspaceId),
  ])
  if (!request) {
    const children = (
      <Notice tone="bad" title="It was used already, is too old, or is none of ours">
        <p>Ask whoever sent it to you for another one.</p>
      </Notice>
    )
    return showPage(c, { title: 'This link does not work', current: 'destinations', children }, 404)
  }
  const mine = choices.slice(0, MOST_GIVEN).filter(({ id }) => may(c.var.access, 'destinations:write', id))
  const children = (
    <>
      <FormProblem form={form} />
      <Card title="Who asks for what" lead="They are no partner of ours, and nobody of us has looked at them.">
        <Facts
          of={[
            ['Who', request.company],
            ['E-mail, proven by a link', request.email],
            ['What for', <span class="record-words">{request.words}</span>],
            ['Calls', request.calls.join(', ')],
            ['Sent to', <code class="wrap">{new URL(request.url).host}</code>],
            ['Link', `good for ${duration(request.expiresAt - ctx.now())}, once`],
          ]}
        />
        <p>
          They get each event of these calls as it comes, with all that it says, signed. What came before they do not
          get. You see what is sent, and take it back with one click.
        </p>
      </Card>
      {mine.length === 0 ? (
        <Notice tone="warn" title="There is no source here that you may give">
          <p>Owners, members and source admins may. Ask one of them to open the link.</p>
        </Notice>
      ) : (
        <form method="post" action={`/streams/${token}`} class="card form">
          <h2>Give it</h2>
          <Field id="sourceId" label="Events of" error={form.problem('sourceId')}>
            <Select
              id="sourceId"
              name="sourceId"
              value={form.value('sourceId', mine[0]?.id)}
              options={mine.map(({ id, name }) => [id, name] as const)}
              error={form.problem('sourceId')}
            />
          </Field>
          {choices.length > MOST_GIVEN && <p class="help">The first {MOST_GIVEN} by name; the API takes any other.</p>}
          <div class="actions">
            <Button kind="main">Give {request.company} these events</Button>
            <Button href="/">Do not give it</Button>
          </div>
        </form>
      )}
    </>
  )
  const title = `${request.company} asks for events of yours`
  return showPage(c, { title, current: 'destinations', children }, form.wrong ? 422 : 200)
}

export async function postGiveStream(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const body = { token: c.req.param('token') ?? '', sourceId: form.get('sourceId') }
  const who = c.var.person?.email ?? ''
  const done = await attempt(() => giveStream(deps, c.var.access.workspaceId, who, body))
  if (!done.ok) return showStream(c, deps, form.refused(...done.problems))
  auditSubject(c, 'destination', done.value.id)
  return c.redirect(withFlash(`/destinations/${done.value.id}/access`, 'stream-given'), 303)
}
