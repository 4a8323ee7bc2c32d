import { auditSubject } from '../../../accounts/index.ts'
import { type Integration, titleOf } from '../../../integrations/index.ts'
import { type Problem, refusal } from '../../../refusal.ts'
import type { Database } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Todo } from '../../../ui/components/todo.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { SettingFields, settingsIn } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { checkWarehouse, createWarehouse, updateWarehouse } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { findWarehouseEntry } from '../queries.ts'
import { offeredFields } from './fields.ts'
import { readSchedule, ScheduleFields } from './schedule-fields.tsx'

/** `GET /warehouses/new?integration=` */
export async function showNewWarehouse(c: PanelContext, deps: ControlDeps) {
  const slug = c.req.query('integration')
  if (!slug) return c.redirect('/catalogue?kind=warehouse', 303)
  return render(c, deps, await entryOf(deps.db, c, slug), Form.blank)
}

/** `POST /warehouses`: it is there afterwards; enabled, when the connection can be used. */
export async function postCreateWarehouse(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const form = await Form.read(c)
  const entry = await entryOf(deps.db, c, form.get('integration'))
  const problems: Problem[] = []
  const chosen = form.get('name')
  const body = {
    metadataId: entry.id,
    ...(chosen !== '' && { name: chosen }),
    enabled: false,
    settings: settingsIn(form, entry.fields, null, problems),
    ...readSchedule(form),
  }
  const made = await attempt(() => createWarehouse(deps, workspaceId, body, problems))
  if (!made.ok) return render(c, deps, entry, form.refused(...made.problems))
  const { id } = made.value
  auditSubject(c, 'warehouse', id)
  const checks = await checkWarehouse(deps, workspaceId, id)
  if (!checks.every(({ ok }) => ok)) return c.redirect(`/warehouses/${id}/test?run=1`, 303)
  await updateWarehouse(deps, workspaceId, id, { enabled: true })
  return c.redirect(withFlash(`/warehouses/${id}/sources`, 'warehouse-created'), 303)
}

async function entryOf(db: Database, c: PanelContext, slug: string): Promise<Integration> {
  const entry = await findWarehouseEntry(db, c.var.access.workspaceId, slug)
  if (!entry) throw refusal(404, `There is no warehouse ${slug} in the catalogue.`)
  return entry
}

function render(c: PanelContext, { hyperdrives }: ControlDeps, entry: Integration, form: Form) {
  const offered = hyperdrives(c.var.access.workspaceId)
  const title = titleOf(entry)
  const general = form.problem() ?? form.problem('settings')
  const help = entry.warehouse?.help ?? []
  return showPage(
    c,
    {
      title: `Connect ${title}`,
      current: 'warehouses',
      crumbs: [
        ['Catalogue', '/catalogue'],
        [title, `/catalogue/${encodeURIComponent(entry.slug)}`],
      ],
      lead: entry.description,
      children: (
        <form method="post" action="/warehouses" class="stack form" novalidate={offered.length > 0}>
          {form.wrong && (
            <Notice tone="bad" title={general ?? 'Not saved yet: something below needs another look.'}>
              {general === undefined ? 'What is wrong stands beside each field.' : undefined}
            </Notice>
          )}
          <input type="hidden" name="integration" value={entry.slug} />
          {help.length > 0 && (
            <Card title="Before you begin">
              <Todo of={help} />
            </Card>
          )}
          <Card>
            <Field id="name" label="Name" error={form.problem('name')} optional>
              <Input
                id="name"
                name="name"
                value={form.value('name', '')}
                placeholder={title}
                error={form.problem('name')}
              />
            </Field>
            <SettingFields fields={offeredFields(entry.fields, offered)} saved={null} form={form} />
            <ScheduleFields saved={{ everyMinutes: 60, atMinute: 0 }} form={form} />
            <p class="help">
              The connection is tried before anything is loaded. What is missing is said in words, with the SQL that
              mends it.
            </p>
            <div class="actions">
              <Button kind="main">Save and test</Button>
              <Button kind="quiet" href={`/catalogue/${encodeURIComponent(entry.slug)}`}>
                Back
              </Button>
            </div>
          </Card>
        </form>
      ),
    },
    form.wrong ? 422 : 200,
  )
}
