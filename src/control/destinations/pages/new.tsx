import { makeDestination } from '../commands.ts'
import { made, may, unchanged } from '../../../accounts/index.ts'
import { fits, type Integration, titleOf, whereRuns, sourceKindName } from '../../../integrations/index.ts'
import { describeSource, searchSources } from '../../sources/index.ts'
import { findIntegration, SettingsError } from '../../../settings/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Checkbox, Field, FieldError, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Search } from '../../../ui/components/search.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { delayOf, ON_DEVICES } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, NO_PROBLEMS, one, type Problems, type Typed, typed } from '../../forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { Advanced, readAdvanced } from './advanced.tsx'
import { isDeviceOnly, ModeField, readMode } from './mode.tsx'
import { enabledWords } from './state-change.tsx'
import { readSettings } from './read-settings.ts'
import { SettingFields } from './setting-fields.tsx'

/** `GET /destinations/new?integration=&source=`: without a source, which one; with both, the form. */
export async function newPage(c: PanelContext, deps: ControlDeps) {
  const { integration: slug, source } = c.req.query()
  if (!slug) return c.redirect(source ? `/catalogue?source=${encodeURIComponent(source)}` : '/catalogue', 303)
  const integration = await integrationOf(c, deps, slug)
  if (!source) return pickSource(c, deps, integration)
  const described = await describeSource(deps.db, c.var.access.workspaceId, source, 1)
  if (!may(c.var.access, 'destinations:write', described.id)) return showNotYours(c, described)
  return showForm(c, integration, described)
}

/** `POST /destinations` */
export async function addDestination(c: PanelContext, deps: ControlDeps) {
  const form = await typed(c)
  const integration = await integrationOf(c, deps, one(form, 'integration'))
  const source = await describeSource(deps.db, c.var.access.workspaceId, one(form, 'source'), 1)
  if (form.has('more')) {
    unchanged(c)
    return showForm(c, integration, source, form)
  }
  const { settings, problems } = readSettings(integration.fields, form, null)
  if (problems.size > 0) return showForm(c, integration, source, form, problems)
  const chosen = one(form, 'name')
  const enabled = one(form, 'act') === 'enable'
  const body = {
    sourceId: source.id,
    metadataId: integration.id,
    ...(chosen !== '' && { name: chosen }),
    ...(form.has('anyway') && { anyway: true }),
    enabled,
    settings,
    ...readMode(form),
    ...readAdvanced(form),
  }
  const done = await attempt(() => makeDestination(deps, c.var.access.workspaceId, body))
  if (!done.ok) return showForm(c, integration, source, form, done.problems)
  made(c, 'destination', done.value.id)
  return c.redirect(
    withFlash(
      `/destinations/${done.value.id}`,
      enabled ? enabledWords(integration, done.value.mode) : 'destination-created',
    ),
    303,
  )
}

async function integrationOf(c: PanelContext, { db }: ControlDeps, slug: string): Promise<Integration> {
  const found = await findIntegration(db, c.var.access.workspaceId, slug)
  if (!found) throw new SettingsError(404, `There is no integration ${slug} in the catalogue.`)
  return found
}

async function pickSource(c: PanelContext, { db }: ControlDeps, integration: Integration) {
  const q = c.req.query('q')?.trim() ?? ''
  const page = await searchSources(db, c.var.access.workspaceId, q, pageAt(c.req.query('page')))
  const { lines, total } = page
  const to = (source: string) =>
    `/destinations/new?${new URLSearchParams({ integration: integration.slug, source }).toString()}`
  return showPage(c, {
    title: `Connect ${titleOf(integration)}`,
    current: 'destinations',
    crumbs: [
      ['Catalogue', '/catalogue'],
      [titleOf(integration), `/catalogue/${encodeURIComponent(integration.slug)}`],
    ],
    lead: 'Which source’s events are to be sent there?',
    children:
      total === 0 && q === '' ? (
        <Empty
          icon="source"
          title="There is no source yet"
          action={
            may(c.var.access, 'sources:write') && (
              <Button kind="main" icon="plus" href="/sources/new">
                Add source
              </Button>
            )
          }
        >
          A destination gets the events of one source. Add the source first.
        </Empty>
      ) : (
        <>
          <Search action="/destinations/new" value={q} label="Search by name, slug, id or write key" target="found">
            <input type="hidden" name="integration" value={integration.slug} />
          </Search>
          <div id="found">
            {lines.length === 0 ? (
              <Empty icon="search" title="No source like this">
                A search finds parts of a name or slug, and whole ids and write keys.
              </Empty>
            ) : (
              <Table
                caption="Sources to choose from"
                columns={[{ title: 'Source' }, { title: 'State' }, { title: 'Platform' }]}
                rows={lines.map(({ id, name, enabled, metadataId }) => [
                  may(c.var.access, 'destinations:write', id) ? (
                    <a href={to(id)}>{name}</a>
                  ) : (
                    <>
                      {name} <span class="under">You may not change this source</span>
                    </>
                  ),
                  <EnabledBadge enabled={enabled} />,
                  <>
                    {sourceKindName(metadataId)}
                    {!fits(integration, metadataId) && (
                      <span class="under">Does not fit: it runs in {whereRuns(integration)} only</span>
                    )}
                  </>,
                ])}
              />
            )}
            <Pager path="/destinations/new" query={{ integration: integration.slug, q }} page={page} what="source" />
          </div>
        </>
      ),
  })
}

function showForm(
  c: PanelContext,
  integration: Integration,
  source: { id: string; name: string; metadataId: string },
  form?: Typed,
  problems: Problems = NO_PROBLEMS,
) {
  const { slug, description, fields } = integration
  const name = titleOf(integration)
  const unfit = !fits(integration, source.metadataId)
  const delay = delayOf(integration, integration.device?.defaultMode ?? null)
  const general = problems.get('') ?? problems.get('settings') ?? problems.get('enabled')
  return showPage(
    c,
    {
      title: `Connect ${name}`,
      current: 'destinations',
      crumbs: [
        ['Sources', '/sources'],
        [source.name, `/sources/${source.id}`],
      ],
      lead: description,
      children: (
        <form method="post" action="/destinations" class="stack form">
          <button type="submit" class="unseen" tabindex={-1} aria-hidden="true" name="act" value="save">
            Save
          </button>
          {problems.size > 0 && (
            <Notice tone="bad" title={general ?? 'Not saved yet: something below needs another look.'}>
              {general === undefined ? 'What is wrong stands beside each field.' : undefined}
            </Notice>
          )}
          <input type="hidden" name="integration" value={slug} />
          <input type="hidden" name="source" value={source.id} />
          {unfit && (
            <Notice tone="warn" title={`${name} runs in ${whereRuns(integration)} only.`}>
              {source.name} is a source for {sourceKindName(source.metadataId)}: what it sends does not get there.
            </Notice>
          )}
          <Card>
            <Field
              id="name"
              label="Name"
              optional
              help={`Left empty: ${name}, with a number behind it where this source has one. No two of its destinations have the same name.`}
              error={problems.get('name')}
            >
              <Input
                id="name"
                name="name"
                value={form ? one(form, 'name') : ''}
                placeholder={name}
                help
                error={problems.get('name')}
              />
            </Field>
            <ModeField of={integration} saved={null} form={form} problems={problems} />
            <SettingFields
              fields={fields}
              saved={null}
              form={form}
              problems={problems}
              more={form?.get('more') ?? []}
            />
            {!isDeviceOnly(integration, null) && <Advanced of={null} form={form} problems={problems} />}
            {unfit && (
              <>
                <Checkbox
                  id="anyway"
                  name="anyway"
                  label="Connect it all the same"
                  checked={form?.has('anyway') ?? false}
                  help={`Tick this when ${whereRuns(integration)} send to ${source.name} too, with its write key.`}
                />
                <FieldError
                  id="anyway"
                  error={
                    problems.has('anyway')
                      ? `It would get nothing from ${source.name} as it is: tick the line above if you mean it.`
                      : undefined
                  }
                />
              </>
            )}
          </Card>
          <div class="actions">
            <Button kind="main" name="act" value="enable">
              Enable
            </Button>
            <Button name="act" value="save">
              Save, enable later
            </Button>
            <Button kind="quiet" href={`/catalogue/${encodeURIComponent(slug)}?source=${source.id}`}>
              Cancel
            </Button>
          </div>
          <p class="help">
            {delay === ON_DEVICES
              ? `Enabled, what sends to ${source.name} from ${whereRuns(integration)} loads it ${delay}.`
              : `Enabled, it gets the events that ${source.name} accepts from now on, ${delay}.`}
          </p>
        </form>
      ),
    },
    problems.size > 0 ? 422 : 200,
  )
}
