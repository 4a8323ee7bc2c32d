import { may } from '../../../accounts/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { FieldGroup } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { updateSourceLabels } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { labelText, type SourceLabelChoices, sourceLabelChoices } from '../queries.ts'
import { MOST_OF_SOURCE } from '../schema.ts'
import { labelId } from '../subjects.ts'

/** `GET /sources/:id/labels` */
export async function showSourceLabels(c: PanelContext, { db }: ControlDeps, form = Form.blank) {
  const source = await sourceLabelChoices(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const settings = `/sources/${source.id}/settings`
  const children =
    source.choices.length === 0 ? (
      <Empty icon="source" title="No label yet" action={<Button href="/labels">Go to the labels</Button>}>
        The workspace has none. Owners make them; then a source can have some.
      </Empty>
    ) : (
      <Card title="Labels">
        <LabelForm source={source} form={form} mayWrite={may(c.var.access, 'sources:write', source.id)} />
      </Card>
    )
  return showPage(
    c,
    {
      title: `Labels of ${source.name}`,
      current: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [source.name, `/sources/${source.id}`],
        ['Settings', settings],
      ],
      children,
    },
    form.wrong ? 422 : 200,
  )
}

function LabelForm({ source, form, mayWrite }: { source: SourceLabelChoices; form: Form; mayWrite: boolean }) {
  const { id, choices } = source
  const ticked = form.all('label')
  return (
    <form method="post" action={`/sources/${id}/labels`} class="stack">
      {form.wrong && <Notice tone="bad" title={form.problems.map(({ message }) => message).join(' ')} />}
      <FieldGroup id="labels" label="What it has" help={`At most ${MOST_OF_SOURCE}.`}>
        <ul class="plain">
          {choices.map((label) => (
            <li>
              <label class="inline-check">
                <input
                  type="checkbox"
                  name="label"
                  value={labelId(label)}
                  checked={form.sent ? ticked.includes(labelId(label)) : label.has}
                  disabled={!mayWrite}
                />
                <span class="wrap">{labelText(label)}</span> <span class="soft wrap">{label.description}</span>
              </label>
            </li>
          ))}
        </ul>
      </FieldGroup>
      {mayWrite && (
        <div class="actions">
          <Button kind="main">Save</Button>
          <Button kind="quiet" href={`/sources/${id}/settings`}>
            Leave them as they are
          </Button>
        </div>
      )}
    </form>
  )
}

/** `POST /sources/:id/labels` */
export async function postSourceLabels(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const { choices } = await sourceLabelChoices(deps.db, workspaceId, id)
  // One that is gone meanwhile can be ticked no more, and nobody has it.
  const ticked = new Set(form.all('label'))
  const labels = choices.filter((label) => ticked.has(labelId(label))).map(({ key, value }) => ({ key, value }))
  const saved = await attempt(() => updateSourceLabels(deps, workspaceId, id, { labels }, { replace: true }))
  if (!saved.ok) return showSourceLabels(c, deps, form.refused(...saved.problems))
  return c.redirect(withFlash(`/sources/${id}/settings`, 'labels-saved'), 303)
}
