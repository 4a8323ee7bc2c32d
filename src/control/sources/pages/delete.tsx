import { may } from '../../../accounts/index.ts'
import { deleteSource } from '../commands.ts'
import { describeSource, type SourceDescription } from '../queries.ts'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import { IN_FORCE } from '../../delays.ts'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { pendingOf } from '../../destinations/index.ts'
import { isName, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { plural } from '../../../ui/counts.ts'
import { isPulled } from '../../../integrations/index.ts'

/** Lanes that one page asks how much they still owe. */
const ASKED = 3

const sourceOf = (c: PanelContext, { db }: ControlDeps) =>
  describeSource(db, c.var.access.workspaceId, c.req.param('id') ?? '', ASKED)

/** `GET /sources/:id/delete` */
export async function showDeleteSource(c: PanelContext, deps: ControlDeps) {
  const source = await sourceOf(c, deps)
  return may(c.var.access, 'sources:write', source.id) ? render(c, deps, source) : showNotYours(c, source)
}

/** `POST /sources/:id/delete` */
export async function postDeleteSource(c: PanelContext, deps: ControlDeps) {
  const source = await sourceOf(c, deps)
  if (!isName((await Form.read(c)).get('confirm'), source.name))
    return render(c, deps, source, 'This is not the name of the source.')
  await deleteSource(deps, source.workspaceId, source.id)
  return c.redirect(withFlash('/sources', 'source-deleted'), 303)
}

async function render(c: PanelContext, deps: ControlDeps, source: SourceDescription, error?: string) {
  const { id, name } = source
  return showPage(
    c,
    {
      title: `Delete ${name}`,
      current: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [name, `/sources/${id}`],
        ['Settings', `/sources/${id}/settings`],
      ],
      children: (
        <ConfirmByName
          action={`/sources/${id}/delete`}
          name={name}
          deed="Delete this source"
          back={`/sources/${id}/settings`}
          error={error}
          costs={[
            `Whatever still sends with its write keys is refused ${IN_FORCE}. The keys can never be used again.`,
            await destinationCost(source, deps),
            ...(isPulled(source.metadataId)
              ? ['Its tables in warehouses stay. To have them dropped, disconnect it first, with its tables.']
              : []),
            'Its archive stays where it is: what was accepted is not deleted.',
            'This cannot be undone.',
          ]}
        />
      ),
    },
    error === undefined ? 200 : 422,
  )
}

/** Exact where there are few destinations; a page asks no more than a few lanes. */
async function destinationCost(
  { destinations, destinationTotal }: SourceDescription,
  deps: ControlDeps,
): Promise<string> {
  if (destinationTotal === 0) return 'It has no destinations.'
  const theirs = destinationTotal === 1 ? 'Its destination is' : `Its ${plural(destinationTotal, 'destination')} are`
  const waiting = await Promise.all(destinations.map((one) => pendingOf(one, deps)))
  const known = destinationTotal <= ASKED && waiting.every((one) => one !== null)
  if (!known) return `${theirs} deleted too. Events that still wait for them become dead letters and are not sent.`
  const pending = waiting.reduce<number>((sum, one) => sum + (one ?? 0), 0)
  return pending === 0
    ? `${theirs} deleted too. No events wait for them.`
    : `${theirs} deleted too. ${plural(pending, 'event waits', 'events wait')}; they become dead letters and are not sent.`
}
