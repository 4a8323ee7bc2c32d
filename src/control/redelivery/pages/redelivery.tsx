import { may } from '../../../accounts/index.ts'
import { EVENT_TYPES } from '../../../event/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, FieldGroup } from '../../../ui/components/field.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { getLiving } from '../../lifecycle/index.ts'
import { lifeHead } from '../../lifecycle/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createReplayRequest, createReturn, withdrawReplayRequest } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { type CountedRequest, describeRedelivery, type Return } from '../queries.ts'
import { RangeWords } from './range.tsx'

interface Forms {
  returning?: Form
  asking?: Form
}

/** `GET /integrations/:id/redelivery`: after an outage, for the partner. Two queries. */
export async function showRedelivery(c: PanelContext, { db, ctx }: ControlDeps, forms: Forms = {}) {
  const id = c.req.param('id') ?? ''
  const { returning = Form.blank, asking = Form.blank } = forms
  const living = await getLiving(db, id, c.var.access.workspaceId)
  const { last, requests } = await describeRedelivery(db, id)
  const mayWrite = may(c.var.access, 'integrations:write')
  const now = ctx.now()
  const children = (
    <>
      <ReturnCard id={id} last={last} now={now} form={returning} mayWrite={mayWrite} />
      <Requests id={id} requests={requests} now={now} mayWrite={mayWrite} />
      {mayWrite && <RequestForm id={id} form={asking} />}
    </>
  )
  const wrong = returning.wrong || asking.wrong
  return showPage(c, { ...lifeHead(living, 'redelivery', c.var.access), children }, wrong ? 422 : 200)
}

interface ReturnProps {
  id: string
  last: Return | null
  now: number
  form: Form
  mayWrite: boolean
}

function ReturnCard({ id, last, now, form, mayWrite }: ReturnProps) {
  return (
    <form method="post" action={`/integrations/${id}/return`} class="stack">
      <Card
        title="After an outage"
        lead="What waits because of your endpoint is tried by a schedule. Say that you are back, and it goes at once, at your declared pace."
      >
        <FormProblem form={form} />
        {last && (
          <p>
            {last.who} said so <Ago at={last.at} now={now} />:{' '}
            {plural(last.told, 'destination was', 'destinations were')} told
            {last.complete ? '.' : ', the others are within the hour.'}
          </p>
        )}
        {mayWrite && (
          <div class="actions">
            <Button kind="main">We are back</Button>
          </div>
        )}
      </Card>
    </form>
  )
}

interface RequestsProps {
  id: string
  requests: readonly CountedRequest[]
  now: number
  mayWrite: boolean
}

function Requests({ id, requests, now, mayWrite }: RequestsProps) {
  return (
    <Card
      title="Replay requests"
      lead="What you have lost customers can send again: each is asked at its destination, and agrees or not. You see numbers alone."
    >
      {requests.length === 0 ? (
        <p>You have asked for nothing yet.</p>
      ) : (
        <Table
          caption="Replay requests"
          columns={[
            { title: 'Range' },
            { title: 'Agreed', number: true },
            { title: 'Declined', number: true },
            { title: 'Asked', number: true },
            { title: 'Actions', unseen: true },
          ]}
          rows={requests.map((request) => [
            <RangeWords of={request} />,
            request.agreed,
            request.declined,
            request.asked,
            request.expiresAt > now ? (
              mayWrite && (
                <form method="post" action={`/integrations/${id}/replay-requests/${request.id}/withdraw`}>
                  <Button kind="quiet" small>
                    Withdraw
                  </Button>
                </form>
              )
            ) : (
              <span class="soft">Over</span>
            ),
          ])}
        />
      )}
    </Card>
  )
}

function RequestForm({ id, form }: { id: string; form: Form }) {
  return (
    <form method="post" action={`/integrations/${id}/replay-requests`} class="card form">
      <h2>Ask for a replay</h2>
      <FormProblem form={form} />
      <TextField name="from" label="From" help="In UTC, such as 2026-11-26T00:00." autocomplete="off" form={form} />
      <TextField name="until" label="Until" autocomplete="off" form={form} />
      <FieldGroup id="types" label="Calls" help="None: all." error={form.problem('types')}>
        {EVENT_TYPES.map((type) => (
          <Checkbox id={`types-${type}`} name={`types-${type}`} label={type} checked={form.has(`types-${type}`)} />
        ))}
      </FieldGroup>
      <TextField name="words" label="Why" help="Customers read it." autocomplete="off" form={form} />
      <div class="actions">
        <Button kind="main">Ask customers</Button>
      </div>
    </form>
  )
}

export async function postReturn(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const done = await attempt(() => createReturn(deps, c.var.access.workspaceId, id, c.var.person?.name ?? ''))
  if (!done.ok) return showRedelivery(c, deps, { returning: form.refused(...done.problems) })
  return c.redirect(withFlash(`/integrations/${id}/redelivery`, 'endpoint-returned'), 303)
}

export async function postReplayRequest(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const time = (name: string) => {
    const text = form.get(name).trim()
    return /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}$/.test(text) ? `${text.replace(' ', 'T')}:00Z` : text
  }
  const types = EVENT_TYPES.filter((type) => form.has(`types-${type}`))
  const body = {
    from: time('from'),
    until: time('until'),
    words: form.get('words'),
    ...(types.length > 0 && { types }),
  }
  const made = await attempt(() => createReplayRequest(deps, c.var.access.workspaceId, id, body))
  if (!made.ok) return showRedelivery(c, deps, { asking: form.refused(...made.problems) })
  return c.redirect(withFlash(`/integrations/${id}/redelivery`, 'replay-requested'), 303)
}

export async function postWithdrawReplayRequest(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  await withdrawReplayRequest(deps, c.var.access.workspaceId, id, c.req.param('ask') ?? '')
  return c.redirect(withFlash(`/integrations/${id}/redelivery`, 'replay-request-withdrawn'), 303)
}
