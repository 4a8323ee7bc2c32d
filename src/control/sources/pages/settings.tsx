import { may } from '../../../accounts/index.ts'
import { updateSource, revokeWriteKey, createWriteKey } from '../commands.ts'
import { describeSource, type SourceDescription } from '../queries.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Copyable } from '../../../ui/components/code.tsx'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import { Checkbox, Field, Input } from '../../../ui/components/field.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { attempt, isName, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { sourceKindName } from '../../../integrations/index.ts'
import { EnabledBadge } from '../../../ui/components/enabled.tsx'
import { LabelTags } from '../../labels/pages/index.ts'
import { SourceTabs } from './tabs.tsx'

const sourceOf = (c: PanelContext, { db }: ControlDeps) =>
  describeSource(db, c.var.access.workspaceId, c.req.param('id') ?? '', 1)

/** `GET /sources/:id/settings` */
export async function showEditSource(c: PanelContext, deps: ControlDeps) {
  return render(c, await sourceOf(c, deps))
}

/** `POST /sources/:id/settings`: name, whether it is enabled, and its own limit. */
export async function postUpdateSource(c: PanelContext, deps: ControlDeps) {
  const source = await sourceOf(c, deps)
  const form = await Form.read(c)
  const limit = form.get('eventsPerSecond')
  const changes = {
    name: form.get('name'),
    enabled: form.has('enabled'),
    eventsPerSecond: limit === '' ? null : Number(limit),
  }
  const saved = await attempt(() => updateSource(deps, source.workspaceId, source.id, changes))
  if (!saved.ok) return render(c, source, form.refused(...saved.problems))
  return c.redirect(withFlash(`/sources/${source.id}/settings`, 'source-saved'), 303)
}

/** `POST /sources/:id/keys`: one more write key, made or brought along. */
export async function postCreateWriteKey(c: PanelContext, deps: ControlDeps) {
  const source = await sourceOf(c, deps)
  const form = await Form.read(c)
  const writeKey = form.get('writeKey')
  const added = await attempt(() =>
    createWriteKey(deps, source.workspaceId, source.id, writeKey === '' ? {} : { writeKey }),
  )
  if (!added.ok) return render(c, source, form.refused(...added.problems))
  return c.redirect(withFlash(`/sources/${source.id}/settings`, 'key-added'), 303)
}

/** `GET /sources/:id/keys/revoke?key=` */
export async function showRevokeWriteKey(c: PanelContext, deps: ControlDeps) {
  const source = await sourceOf(c, deps)
  return may(c.var.access, 'sources:write', source.id)
    ? renderRevokeWriteKey(c, source, c.req.query('key') ?? '')
    : showNotYours(c, source)
}

/** `POST /sources/:id/keys/revoke?key=` */
export async function postRevokeWriteKey(c: PanelContext, deps: ControlDeps) {
  const source = await sourceOf(c, deps)
  const key = c.req.query('key') ?? ''
  if (!isName((await Form.read(c)).get('confirm'), source.name))
    return renderRevokeWriteKey(c, source, key, 'This is not the name of the source.')
  await revokeWriteKey(deps, source.workspaceId, source.id, key)
  return c.redirect(withFlash(`/sources/${source.id}/settings`, 'key-revoked'), 303)
}

function renderRevokeWriteKey(c: PanelContext, source: SourceDescription, key: string, error?: string) {
  const { id, name, writeKeys } = source
  const back = `/sources/${id}/settings`
  const only = writeKeys.length === 1
  return showPage(
    c,
    {
      title: 'Revoke a write key',
      current: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [name, `/sources/${id}`],
        ['Settings', back],
      ],
      lead: <span class="mono">{key}</span>,
      children: (
        <ConfirmByName
          action={`/sources/${id}/keys/revoke?key=${encodeURIComponent(key)}`}
          name={name}
          deed="Revoke this key"
          back={back}
          error={error}
          costs={[
            `Whatever still sends with this key is refused ${IN_FORCE}: its events are lost unless it keeps them and tries again.`,
            'A revoked key can never be used again, here or elsewhere.',
            only
              ? 'It is the only key of this source: until you add another, nothing can be sent to it.'
              : 'The other keys of this source go on working.',
          ]}
        />
      ),
    },
    error === undefined ? 200 : 422,
  )
}

function render(c: PanelContext, source: SourceDescription, form = Form.blank) {
  const { id, name, slug, enabled, eventsPerSecond, metadataId, createdAt, writeKeys, labels } = source
  const mayWrite = may(c.var.access, 'sources:write', id)
  const keyError = form.problem('writeKey')
  return showPage(
    c,
    {
      title: name,
      current: 'sources',
      crumbs: [['Sources', '/sources']],
      state: <EnabledBadge enabled={enabled} />,
      tabs: <SourceTabs id={id} current="settings" />,
      children: (
        <>
          {form.problem() && <Notice tone="bad" title={form.problem() ?? ''} />}
          {!mayWrite && <Notice title="You may look at these settings and not change them." />}
          <Card title="About">
            <form method="post" action={`/sources/${id}/settings`} class="stack">
              <Field id="name" label="Name" error={form.problem('name')}>
                <Input
                  id="name"
                  name="name"
                  value={form.has('name') ? form.get('name') : name}
                  required
                  error={form.problem('name')}
                />
              </Field>
              <Checkbox
                id="enabled"
                name="enabled"
                label="Enabled"
                checked={enabled}
                help="A disabled source still answers its clients, but counts their events as rejected and drops them. They cannot be brought back."
              />
              <Field
                id="eventsPerSecond"
                label="Events a second, at most"
                optional
                help="On the average of ten seconds; what comes beyond it gets a 429. Empty: what this deployment allows every source."
                error={form.problem('eventsPerSecond')}
              >
                <Input
                  id="eventsPerSecond"
                  name="eventsPerSecond"
                  type="number"
                  step="1"
                  min="1"
                  max="100000"
                  value={form.has('eventsPerSecond') ? form.get('eventsPerSecond') : String(eventsPerSecond ?? '')}
                  help
                  error={form.problem('eventsPerSecond')}
                />
              </Field>
              {mayWrite && (
                <div class="actions">
                  <Button kind="main">Save</Button>
                </div>
              )}
            </form>
            <Facts
              of={[
                ['Platform', sourceKindName(metadataId)],
                ['Slug', <code>{slug}</code>],
                ['Id', <Copyable value={id} label="the id" />],
                ['Added', new Date(createdAt).toUTCString()],
              ]}
            />
          </Card>
          <Card
            title="Write keys"
            id="keys"
            lead="Clients show one of these with every event. To rotate: add a key, move your clients over, revoke the old one."
          >
            <ul class="lines">
              {writeKeys.map((key) => (
                <li>
                  <Copyable value={key} label="this write key" />
                  {mayWrite && (
                    <Button
                      kind="quiet"
                      small
                      href={`/sources/${id}/keys/revoke?key=${encodeURIComponent(key)}`}
                      label={`Revoke ${key}`}
                    >
                      Revoke…
                    </Button>
                  )}
                </li>
              ))}
              {writeKeys.length === 0 && <li>There is none: nothing can be sent to this source.</li>}
            </ul>
            {mayWrite && (
              <form method="post" action={`/sources/${id}/keys`} class="stack">
                <details open={keyError !== undefined}>
                  <summary>Bring an existing key</summary>
                  <Field
                    id="writeKey"
                    label="Write key"
                    optional
                    help="Left empty, a new key is made."
                    error={keyError}
                  >
                    <Input
                      id="writeKey"
                      name="writeKey"
                      mono
                      value={form ? form.get('writeKey') : ''}
                      help
                      error={keyError}
                    />
                  </Field>
                </details>
                <div class="actions">
                  <Button icon="plus">Add write key</Button>
                </div>
              </form>
            )}
          </Card>
          <Card title="Labels" lead="Words that say what this source is for.">
            <p class="tags">{labels.length === 0 ? 'It has none.' : <LabelTags labels={labels} />}</p>
            {mayWrite && (
              <div class="actions">
                <Button href={`/sources/${id}/labels`}>Choose labels…</Button>
              </div>
            )}
          </Card>
          {mayWrite && (
            <Card title="Delete" lead="The source, its write keys and its destinations. Its archive stays.">
              <Button kind="danger" href={`/sources/${id}/delete`}>
                Delete source…
              </Button>
            </Card>
          )}
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}
