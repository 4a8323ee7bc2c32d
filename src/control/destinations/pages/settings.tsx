import { may, unchanged } from '../../../accounts/index.ts'
import { changeDestination } from '../commands.ts'
import type { SettingsValues } from '../../../integrations/index.ts'
import { describeDestination } from '../queries.ts'
import { type Destination, maskAddresses, withoutFormerSecrets } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Copyable } from '../../../ui/components/code.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { delayOf, ON_DEVICES } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, NO_PROBLEMS, one, type Problems, type Typed, typed } from '../../forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { withFlash } from '../flash.ts'
import { Advanced, readAdvanced } from './advanced.tsx'
import { isDeviceOnly, ModeField, readMode } from './mode.tsx'
import { readSettings } from './read-settings.ts'
import { SettingFields } from './setting-fields.tsx'
import { destinationHead } from './tabs.tsx'

type Described = Destination & { sourceName: string }

const destinationOf = (c: PanelContext, { db }: ControlDeps): Promise<Described> =>
  describeDestination(db, c.var.access.workspaceId, c.req.param('id') ?? '')

/** `GET /destinations/:id/settings` */
export async function settingsPage(c: PanelContext, deps: ControlDeps) {
  return show(c, await destinationOf(c, deps))
}

/** `POST /destinations/:id/settings` */
export async function saveSettings(c: PanelContext, deps: ControlDeps) {
  const destination = await destinationOf(c, deps)
  const { id, workspaceId, integration } = destination
  const form = await typed(c)
  if (form.has('more')) {
    unchanged(c)
    return show(c, destination, form)
  }
  const { settings, problems } = readSettings(integration.fields, form, destination.settings)
  if (problems.size > 0) return show(c, destination, form, problems)
  const body = { name: one(form, 'name'), settings, ...readMode(form), ...readAdvanced(form) }
  const saved = await attempt(() => changeDestination(deps, workspaceId, id, body))
  if (!saved.ok) return show(c, destination, form, saved.problems)
  const said = delayOf(integration, saved.value.mode) === ON_DEVICES ? 'tool-saved' : 'destination-saved'
  return c.redirect(withFlash(`/destinations/${id}/settings`, said), 303)
}

function show(c: PanelContext, destination: Described, form?: Typed, problems: Problems = NO_PROBLEMS) {
  const { id, name, integration, sourceId, createdAt } = destination
  const mayWrite = may(c.var.access, 'destinations:write', sourceId)
  const settings = withoutFormerSecrets(destination)
  const general = problems.get('') ?? problems.get('settings') ?? problems.get('enabled')
  return showPage(
    c,
    {
      ...destinationHead(destination, 'settings'),
      children: (
        <>
          {!mayWrite && <Notice title="You may look at these settings and not change them." />}
          <form method="post" action={`/destinations/${id}/settings`} class="stack form">
            <button type="submit" class="unseen" tabindex={-1} aria-hidden="true">
              Save
            </button>
            {problems.size > 0 && (
              <Notice tone="bad" title={general ?? 'Not saved: something below needs another look.'}>
                {general === undefined
                  ? 'What is wrong stands beside each field. What was saved before is still in force.'
                  : undefined}
              </Notice>
            )}
            <Card>
              <Field id="name" label="Name" error={problems.get('name')}>
                <Input
                  id="name"
                  name="name"
                  value={form ? one(form, 'name') : name}
                  required
                  error={problems.get('name')}
                />
              </Field>
              <ModeField of={integration} saved={destination.mode} form={form} problems={problems} />
              <SettingFields
                fields={integration.fields}
                saved={mayWrite ? settings : (maskAddresses(settings) as SettingsValues)}
                form={form}
                problems={problems}
                more={form?.get('more') ?? []}
              />
              {!isDeviceOnly(integration, destination.mode) && (
                <Advanced of={destination} form={form} problems={problems} />
              )}
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
    problems.size > 0 ? 422 : 200,
  )
}
