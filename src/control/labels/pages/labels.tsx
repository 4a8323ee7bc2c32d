import { auditSubject, may } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { plural } from '../../../ui/counts.ts'
import type { ControlDeps } from '../../request.ts'
import { createLabel, deleteLabel } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { labelText, listLabelUse } from '../queries.ts'
import { labelId, labelOfId } from '../subjects.ts'

type Used = Awaited<ReturnType<typeof listLabelUse>>[number]

/** `GET /labels` */
export async function showLabels(c: PanelContext, { db }: ControlDeps, form = Form.blank) {
  const { access } = c.var
  const labels = await listLabelUse(db, access.workspaceId)
  const writes = may(access, 'workspace:write')
  const children = (
    <>
      {labels.length === 0 ? (
        <Empty icon="source" title="No label yet">
          {writes
            ? 'A label says what a source is for, such as environment: production. Make the first below.'
            : 'A label says what a source is for, such as environment: production. An owner can make some.'}
        </Empty>
      ) : (
        <Card title="Labels">
          <LabelTable labels={labels} writes={writes} />
        </Card>
      )}
      {writes && (
        <Card title="Make a label">
          <form method="post" action="/labels">
            <FormProblem form={form} />
            <TextField
              name="key"
              label="Key"
              help="What it is about, such as environment."
              autocomplete="off"
              form={form}
            />
            <TextField name="value" label="Value" help="Such as production." autocomplete="off" form={form} />
            <TextField name="description" label="Description" autocomplete="off" form={form} optional />
            <div class="actions">
              <Button kind="main">Make it</Button>
            </div>
          </form>
        </Card>
      )}
    </>
  )
  const lead = 'Words that say what a source is for, such as its environment or its team.'
  return showPage(c, { title: 'Labels', lead, current: 'labels', children }, form.wrong ? 422 : 200)
}

function LabelTable({ labels, writes }: { labels: readonly Used[]; writes: boolean }) {
  return (
    <Table
      caption="Labels"
      columns={[{ title: 'Label' }, { title: 'Sources', number: true, wide: true }, { title: 'Actions', unseen: true }]}
      rows={labels.map((label) => [
        <>
          {labelText(label)}
          {label.description !== '' && <span class="under">{label.description}</span>}
        </>,
        label.sources.toLocaleString('en-GB'),
        writes ? (
          <form method="post" action="/labels/delete" class="label-delete">
            <input type="hidden" name="label" value={labelId(label)} />
            <Button small label={`Delete ${labelText(label)}, of ${plural(label.sources, 'source')}`}>
              Delete
            </Button>
          </form>
        ) : null,
      ])}
    />
  )
}

/** `POST /labels` */
export async function postCreateLabel(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  const label = { key: form.get('key'), value: form.get('value'), description: form.get('description') }
  const made = await attempt(() => createLabel(deps, c.var.access.workspaceId, { label }))
  if (!made.ok) {
    const problems = made.problems.map(({ field, message }) => {
      const name = field?.replace(/^label\./, '')
      return { message, ...(name !== undefined && name !== 'label' && { field: name }) }
    })
    return showLabels(c, deps, form.refused(...problems))
  }
  auditSubject(c, 'label', labelId(made.value))
  return c.redirect(withFlash('/labels', 'label-created'), 303)
}

/** `POST /labels/delete` */
export async function postDeleteLabel(c: PanelContext, deps: ControlDeps) {
  const form = await Form.read(c)
  await deleteLabel(deps, c.var.access.workspaceId, labelOfId(form.get('label')))
  return c.redirect(withFlash('/labels', 'label-deleted'), 303)
}
