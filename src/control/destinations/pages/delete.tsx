import { may } from '../../../accounts/index.ts'
import { deleteDestination } from '../commands.ts'
import { describeDestination } from '../queries.ts'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { PageDeps } from '../../feature.ts'
import { carrierOf } from '../carry.ts'
import { isName, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'

/** `GET /destinations/:id/delete` */
export async function showDeleteDestination(c: PanelContext, deps: PageDeps, error?: string) {
  const id = c.req.param('id') ?? ''
  const destination = await describeDestination(deps.db, c.var.access.workspaceId, id)
  const { name, sourceId, sourceName } = destination
  if (!may(c.var.access, 'destinations:write', sourceId)) return showNotYours(c, { id: sourceId, name: sourceName })
  const losses = await deps.carrierPages[carrierOf(destination)].deleting(destination, deps)
  return showPage(
    c,
    {
      title: `Delete ${name}`,
      current: 'destinations',
      crumbs: [
        ['Destinations', '/destinations'],
        [name, `/destinations/${id}`],
        ['Settings', `/destinations/${id}/settings`],
      ],
      children: (
        <ConfirmByName
          action={`/destinations/${id}/delete`}
          name={name}
          deed="Delete this destination"
          back={`/destinations/${id}/settings`}
          error={error}
          costs={[
            ...losses,
            'Its settings and secrets are deleted.',
            `The source ${sourceName} and its archive stay as they are.`,
          ]}
        />
      ),
    },
    error === undefined ? 200 : 422,
  )
}

/** `POST /destinations/:id/delete` */
export async function postDeleteDestination(c: PanelContext, deps: PageDeps) {
  const id = c.req.param('id') ?? ''
  const { workspaceId } = c.var.access
  const { name } = await describeDestination(deps.db, workspaceId, id)
  if (!isName((await Form.read(c)).get('confirm'), name))
    return showDeleteDestination(c, deps, 'This is not the name of the destination.')
  await deleteDestination(deps, workspaceId, id)
  return c.redirect(withFlash('/destinations', 'destination-deleted'), 303)
}
