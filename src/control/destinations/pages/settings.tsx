import { may, skipAudit } from '../../../accounts/index.ts'
import { updateDestinationWith } from '../commands.ts'
import type { SettingsValues } from '../../../integrations/index.ts'
import { describeDestination } from '../queries.ts'
import { withoutFormerSecrets } from '../../stored-settings.ts'
import { maskAddresses } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Copyable } from '../../../ui/components/code.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { delayOf, ON_DEVICES } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { Described } from '../../carrier-pages.ts'
import type { PageDeps } from '../../feature.ts'
import type { ControlDeps } from '../../request.ts'
import { carrierOf } from '../carry.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { withFlash } from '../flash.ts'
import { ModeField, readMode } from './mode.tsx'
import { readRegion, RegionField } from './region.tsx'
import { settingsIn } from './read-settings.ts'
import { SettingFields } from './setting-fields.tsx'
import { destinationHead } from './tabs.tsx'

const destinationOf = (c: PanelContext, { db }: ControlDeps): Promise<Described> =>
  describeDestination(db, c.var.access.workspaceId, c.req.param('id') ?? '')

/** `GET /destinations/:id/settings` */
export async function showEditDestination(c: PanelContext, deps: PageDeps) {
  return render(c, deps, await destinationOf(c, deps))
}

/** `POST /destinations/:id/settings` */
export async function postUpdateDestination(c: PanelContext, deps: PageDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  if (form.has('more')) {
    skipAudit(c)
    return render(c, deps, await destinationOf(c, deps), form)
  }
  const saved = await attempt(() =>
    updateDestinationWith(deps, c.var.access.workspaceId, id, (before, problems) => ({
      name: form.get('name'),
      settings: settingsIn(form, before.integration.fields, before.settings, problems),
      ...readMode(form),
      ...readRegion(form),
      ...deps.carrierPages[carrierOf(before)].readFields(form),
    })),
  )
  if (!saved.ok) return render(c, deps, await destinationOf(c, deps), form.refused(...saved.problems))
  const { integration, mode } = saved.value
  const said = delayOf(integration, mode) === ON_DEVICES ? 'tool-saved' : 'destination-saved'
  return c.redirect(withFlash(`/destinations/${id}/settings`, said), 303)
}

function render(c: PanelContext, deps: PageDeps, destination: Described, form = Form.blank) {
  const { id, name, integration, sourceId, createdAt } = destination
  const mayWrite = may(c.var.access, 'destinations:write', sourceId)
  const settings = withoutFormerSecrets(destination)
  const carrier = deps.carrierPages[carrierOf(destination)]
  const general = form.problem() ?? form.problem('settings') ?? form.problem('enabled')
  return showPage(
    c,
    {
      ...destinationHead(destination, 'settings', deps.ctx.now()),
      children: (
        <>
          {!mayWrite && <Notice title="You may look at these settings and not change them." />}
          <form method="post" action={`/destinations/${id}/settings`} class="stack form">
            <button type="submit" class="unseen" tabindex={-1} aria-hidden="true">
              Save
            </button>
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
              <ModeField of={integration} saved={destination.mode} form={form} />
              <RegionField of={integration} saved={destination.region} form={form} />
              <SettingFields
                fields={integration.fields}
                saved={mayWrite ? settings : (maskAddresses(settings) as SettingsValues)}
                form={form}

                more={form.all('more')}
              />
              {carrier.fields(destination, form)}
              {mayWrite && (
                <div class="actions">
                  <Button kind="main">Save</Button>
                  <Button href={`/destinations/${id}/test`}>Test</Button>
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
            <Card title="Delete" lead="The destination, its settings and what waits for it.">
              <Button kind="danger" href={`/destinations/${id}/delete`}>
                Delete destination…
              </Button>
            </Card>
          )}
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}
