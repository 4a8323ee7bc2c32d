import { auditSubject, may } from '../../../accounts/index.ts'
import { EVENT_TYPES } from '../../../event/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Checkbox, Field, FieldGroup, Input } from '../../../ui/components/field.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { Notice } from '../../../ui/components/notice.tsx'
import { TextField } from '../../../ui/form.tsx'
import { attempt, Form, utcTime } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { describeDestination } from '../../destinations/index.ts'
import type { ControlDeps } from '../../request.ts'
import { createReplay } from '../commands.ts'
import { withFlash } from '../flash.ts'

const DAY_MS = 24 * 3_600_000

/** `GET /replays/new?destination=`: which events; counting them comes next, and nothing is sent before somebody starts it. */
export async function showNewReplay(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const id = form.value('destination', c.req.query('destination') ?? '')
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, id)
  const { name, sourceId, sourceName } = destination
  if (!may(c.var.access, 'destinations:write', sourceId)) return showNotYours(c, { id: sourceId, name: sourceName })
  const now = deps.ctx.now()
  const children = (
    <Card>
      <form method="post" action="/replays">
        {form.wrong && (
          <Notice tone="bad" title={form.problem() ?? 'Not counted yet: something below needs another look.'} />
        )}
        <input type="hidden" name="destination" value={id} />
        <TextField
          name="sourceId"
          label="Source"
          help={`The id of the source whose archive is read. This one is ${sourceName}, whose events it gets.`}
          autocomplete="off"
          value={sourceId}
          mono
          form={form}
        />
        <Time name="from" label="Received from (UTC)" saved={now - DAY_MS} form={form} />
        <Time name="until" label="Until (UTC)" saved={now} form={form} />
        <FieldGroup id="types" label="Calls" help="None ticked: all of them." error={form.problem('types')}>
          <div class="checks">
            {EVENT_TYPES.map((type) => (
              <Checkbox id={`type-${type}`} name={`type-${type}`} label={type} checked={form.has(`type-${type}`)} />
            ))}
          </div>
        </FieldGroup>
        <TextField
          name="events"
          label="Names of events, pages and screens"
          help="With commas between: Order Completed, Signed *. A * stands for any letters."
          autocomplete="off"
          optional
          form={form}
        />
        <TextField
          name="userIds"
          label="People"
          help="Their userId or anonymousId, with commas between."
          autocomplete="off"
          optional
          form={form}
        />
        <TextField
          name="sample"
          label="Only a part of the people, in percent"
          help="All events of whoever is in it."
          autocomplete="off"
          optional
          form={form}
        />
        <TextField
          name="share"
          label="Share of the destination’s pace, in percent"
          help="What comes in goes first."
          autocomplete="off"
          value="25"
          form={form}
        />
        <div class="actions">
          <Button kind="main">Count what it has</Button>
          <Button kind="quiet" href={`/destinations/${id}`}>
            Back
          </Button>
        </div>
      </form>
    </Card>
  )
  const page = {
    title: `Replay to ${name}`,
    lead: 'Sends events of the archive once more, as they were. First they are counted; nothing is sent before you start it.',
    current: 'replays',
    crumbs: [['Replays', '/replays']] as const,
    children,
  }
  return showPage(c, page, form.wrong ? 422 : 200)
}

function Time({ name, label, saved, form }: { name: string; label: string; saved: number; form: Form }) {
  const error = form.problem(name)
  const value = form.value(name, new Date(saved).toISOString().slice(0, 16))
  return (
    <Field id={name} label={label} error={error}>
      <Input id={name} name={name} type="datetime-local" value={value} error={error} required />
    </Field>
  )
}

export async function postCreateReplay(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const types = EVENT_TYPES.filter((type) => form.has(`type-${type}`))
  const events = listOf(form.get('events'))
  const userIds = listOf(form.get('userIds'))
  const body = {
    sourceId: form.get('sourceId'),
    destinationId: form.get('destination'),
    from: utcTime(form.get('from')),
    until: utcTime(form.get('until')),
    ...(types.length > 0 && { types }),
    ...(events.length > 0 && { events }),
    ...(userIds.length > 0 && { userIds }),
    ...(form.get('sample') !== '' && { sample: Number(form.get('sample')) / 100 }),
    share: Number(form.get('share')) / 100,
    dryRun: true,
  }
  const done = await attempt(() => createReplay(deps, c.var.access.workspaceId, body))
  // A list is one line here: what is wrong with a part of it is wrong with the line.
  if (!done.ok)
    return showNewReplay(
      c,
      deps,
      form.refused(
        ...done.problems.map(({ field, ...rest }) => ({
          ...rest,
          ...(field && { field: field.split('.')[0] ?? field }),
        })),
      ),
    )
  auditSubject(c, 'replay', done.value.id)
  return c.redirect(withFlash(`/replays/${done.value.id}`, 'replay-created'), 303)
}

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean)
}
