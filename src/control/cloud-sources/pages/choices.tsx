import { may } from '../../../accounts/index.ts'
import { messageOf } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Field, Input } from '../../../ui/components/field.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { connectCloudSourceWith, listChoices } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getCloudSource } from '../queries.ts'

/** Organisations have a thousand. */
const MOST_SHOWN = 150

/** `GET /sources/:id/cloud/collections?q=…`: what the account has beside the usual collections. */
export async function showChoices(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const { source, vendor } = await getCloudSource(deps.db, workspaceId, c.req.param('id') ?? '')
  const path = `/sources/${source.id}/cloud`
  const listed = await attempt(() => listChoices(deps, workspaceId, source.id))
  if (!listed.ok) return showProblem(c, 409, 'They cannot be listed', messageOf(listed.problems), path)
  const asked = (c.req.query('q') ?? '').trim().slice(0, 100)
  const wanted = asked.toLowerCase()
  const found = listed.value.filter(({ name, label }) => `${name} ${label}`.toLowerCase().includes(wanted))
  return showPage(c, {
    title: 'More collections',
    current: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [source.name, path],
    ],
    children: (
      <>
        <Card title="Find" lead={`What ${vendor.name} has there beside the usual collections, yours first.`}>
          <form method="get" action={`${path}/collections`} class="stack">
            <Field id="q" label="Name">
              <Input id="q" name="q" value={asked} />
            </Field>
            <div class="actions">
              <Button>Find</Button>
            </div>
          </form>
        </Card>
        <Card
          title={asked === '' ? 'All' : `With “${asked}”`}
          lead={
            found.length > MOST_SHOWN
              ? `${MOST_SHOWN} of ${found.length}: find the others by their name.`
              : `${plural(found.length, 'collection')}.`
          }
        >
          <form method="post" action={`${path}/collections`} class="stack">
            <fieldset class="stack">
              <legend class="unseen">Collections</legend>
              {found.slice(0, MOST_SHOWN).map(({ name, label }) => (
                <label class="check">
                  <input type="checkbox" name={`add.${name}`} value="on" />
                  <span>
                    <span class="mono">{name}</span>
                    {label !== name && <span class="help"> {label}</span>}
                  </span>
                </label>
              ))}
            </fieldset>
            <div class="actions">
              {may(c.var.access, 'sources:write', source.id) && found.length > 0 && <Button kind="main">Add</Button>}
              <Button kind="quiet" href={path}>
                Go back
              </Button>
            </div>
          </form>
        </Card>
      </>
    ),
  })
}

/** `POST /sources/:id/cloud/collections` with a field `add.<name>` for each. */
export async function postAddCollections(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const names = (await Form.read(c)).names().flatMap((name) => (name.startsWith('add.') ? [name.slice(4)] : []))
  const added = await attempt(() =>
    connectCloudSourceWith(deps, c.var.access.workspaceId, id, (before) => ({
      added: [...(before?.added ?? []), ...names],
    })),
  )
  if (!added.ok)
    return showProblem(c, 409, 'They cannot be added', messageOf(added.problems), `/sources/${id}/cloud/collections`)
  return c.redirect(withFlash(`/sources/${id}/cloud`, 'cloud-added'), 303)
}
