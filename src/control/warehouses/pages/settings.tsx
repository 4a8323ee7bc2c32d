import { may } from '../../../accounts/index.ts'
import { withoutSecrets } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Copyable } from '../../../ui/components/code.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { SettingFields, settingsIn } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { updateWarehouseWith } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getWarehouse } from '../queries.ts'
import { warehouseHead } from './head.tsx'
import { offeredFields } from './fields.ts'
import { readSchedule, ScheduleFields } from './schedule-fields.tsx'

/** `GET /warehouses/:id/settings` */
export async function showEditWarehouse(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const warehouse = withoutSecrets(await getWarehouse(deps.db, c.var.access.workspaceId, c.req.param('id') ?? ''))
  const { id, integration, name, settings, schedule, createdAt } = warehouse
  const offered = deps.hyperdrives(c.var.access.workspaceId)
  const fields = offeredFields(integration.fields, offered, settings['hyperdrive'])
  const mayWrite = may(c.var.access, 'warehouses:write')
  const general = form.problem() ?? form.problem('settings')
  return showPage(
    c,
    {
      ...warehouseHead({ ...warehouse, entry: integration }, 'settings'),
      children: (
        <>
          {!mayWrite && <Notice title="You may look at these settings and not change them." />}
          <form
            method="post"
            action={`/warehouses/${id}/settings`}
            class="stack form"
            novalidate={fields.some(({ format }) => format === 'hyperdrive')}
          >
            {form.wrong && (
              <Notice tone="bad" title={general ?? 'Not saved: something below needs another look.'}>
                {general === undefined
                  ? 'What is wrong stands beside each field. What was saved before is still in force.'
                  : undefined}
              </Notice>
            )}
            <Card>
              <Field id="name" label="Name" error={form.problem('name')}>
                <Input id="name" name="name" value={form.value('name', name)} required error={form.problem('name')} />
              </Field>
              <SettingFields fields={fields} saved={settings} form={form} />
              <ScheduleFields saved={schedule} form={form} />
              {mayWrite && (
                <div class="actions">
                  <Button kind="main">Save</Button>
                  <Button href={`/warehouses/${id}/test`}>Test</Button>
                </div>
              )}
            </Card>
          </form>
          <Card title="About">
            <Facts
              of={[
                ['Id', <Copyable value={id} label="the id" />],
                ['Added', new Date(createdAt).toUTCString()],
              ]}
            />
          </Card>
          {mayWrite && (
            <Card title="Delete" lead="The warehouse and its settings; its tables stay.">
              <Button kind="danger" href={`/warehouses/${id}/delete`}>
                Delete this warehouse…
              </Button>
            </Card>
          )}
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** `POST /warehouses/:id/settings` */
export async function postUpdateWarehouse(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const saved = await attempt(() =>
    updateWarehouseWith(deps, c.var.access.workspaceId, id, (before, problems) => ({
      name: form.get('name'),
      settings: settingsIn(form, before.integration.fields, before.settings, problems),
      ...readSchedule(form),
    })),
  )
  if (!saved.ok) return showEditWarehouse(c, deps, form.refused(...saved.problems))
  return c.redirect(withFlash(`/warehouses/${id}/settings`, 'warehouse-saved'), 303)
}
