import { createDestination } from '../commands.ts'
import { auditSubject, may, skipAudit } from '../../../accounts/index.ts'
import { fits, type Integration, titleOf, whereRuns, sourceKindName } from '../../../integrations/index.ts'
import { describeSource, searchSources } from '../../sources/index.ts'
import { closedWords, findIntegration } from '../../catalogue/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Checkbox, Field, FieldError, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Search } from '../../../ui/components/search.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PageDeps } from '../../feature.ts'
import { carrierOf } from '../carry.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { ModeField, readMode } from './mode.tsx'
import { readRegion, RegionField } from './region.tsx'
import { enabledWords } from './state-change.tsx'
import { settingsIn } from './read-settings.ts'
import { SettingFields } from './setting-fields.tsx'
import { type Problem, refusal } from '../../../refusal.ts'

/** `GET /destinations/new?integration=&source=`: without a source, which one; with both, the form. */
export async function showNewDestination(c: PanelContext, deps: PageDeps) {
  const { integration: slug, source } = c.req.query()
  if (!slug) return c.redirect(source ? `/catalogue?source=${encodeURIComponent(source)}` : '/catalogue', 303)
  const integration = await integrationOf(c, deps, slug)
  if (!source) return pickSource(c, deps, integration)
  const described = await describeSource(deps.db, c.var.access.workspaceId, source, 1)
  if (!may(c.var.access, 'destinations:write', described.id)) return showNotYours(c, described)
  return renderForm(c, deps, integration, described)
}

/** `POST /destinations` */
export async function postCreateDestination(c: PanelContext, deps: PageDeps) {
  const form = await Form.read(c)
  const integration = await integrationOf(c, deps, form.get('integration'))
  const source = await describeSource(deps.db, c.var.access.workspaceId, form.get('source'), 1)
  if (form.has('more')) {
    skipAudit(c)
    return renderForm(c, deps, integration, source, form)
  }
  const problems: Problem[] = []
  const settings = settingsIn(form, integration.fields, null, problems)
  const chosen = form.get('name')
  const enabled = form.get('act') === 'enable'
  const body = {
    sourceId: source.id,
    metadataId: integration.id,
    ...(chosen !== '' && { name: chosen }),
    ...(form.has('anyway') && { anyway: true }),
    enabled,
    settings,
    ...readMode(form),
    ...readRegion(form),
    ...deps.carrierPages[carrierOf({ integration, mode: null })].readFields(form),
  }
  const done = await attempt(() => createDestination(deps, c.var.access.workspaceId, body, problems))
  if (!done.ok) return renderForm(c, deps, integration, source, form.refused(...done.problems))
  auditSubject(c, 'destination', done.value.id)
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
  if (!found) throw refusal(404, `There is no integration ${slug} in the catalogue.`)
  const closed = closedWords(found)
  if (closed !== undefined) throw refusal(409, closed)
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

function renderForm(
  c: PanelContext,
  deps: PageDeps,
  integration: Integration,
  source: { id: string; name: string; metadataId: string },
  form = Form.blank,
) {
  const { slug, description, fields } = integration
  const name = titleOf(integration)
  const unfit = !fits(integration, source.metadataId)
  const carrier = deps.carrierPages[carrierOf({ integration, mode: null })]
  const general = form.problem() ?? form.problem('settings') ?? form.problem('enabled')
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
          {form.wrong && (
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
              error={form.problem('name')}
            >
              <Input
                id="name"
                name="name"
                value={form.get('name')}
                placeholder={name}
                help
                error={form.problem('name')}
              />
            </Field>
            <ModeField of={integration} saved={null} form={form} />
            <RegionField of={integration} saved={null} form={form} />
            <SettingFields
              fields={fields}
              saved={null}
              form={form}

              more={form.all('more')}
            />
            {carrier.fields(null, form)}
            {unfit && (
              <>
                <Checkbox
                  id="anyway"
                  name="anyway"
                  label="Connect it all the same"
                  checked={form.has('anyway')}
                  help={`Tick this when ${whereRuns(integration)} send to ${source.name} too, with its write key.`}
                />
                <FieldError
                  id="anyway"
                  error={
                    form.problem('anyway') !== undefined
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
          <p class="help">{carrier.enabling(integration, source)}</p>
        </form>
      ),
    },
    form.wrong ? 422 : 200,
  )
}
