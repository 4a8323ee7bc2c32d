import { may } from '../../../accounts/index.ts'
import { removeDestination } from '../commands.ts'
import { describeDestination } from '../queries.ts'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { isName, one, typed } from '../../forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showNotYours } from '../../../ui/layout/problem.tsx'
import { withFlash } from '../flash.ts'
import { many } from '../../../ui/counts.ts'
import { metricsOf } from './metrics.ts'

/** `GET /destinations/:id/delete` */
export async function deletePage(c: PanelContext, deps: ControlDeps, error?: string) {
  const id = c.req.param('id') ?? ''
  const { name, sourceId, sourceName } = await describeDestination(deps.db, c.var.access.workspaceId, id)
  if (!may(c.var.access, 'destinations:write', sourceId)) return showNotYours(c, { id: sourceId, name: sourceName })
  const metrics = await metricsOf(id, deps)
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
            pendingCost(metrics?.ledger.pending),
            'Its dead letters can no longer be sent once more, and its figures are no longer shown.',
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
export async function deleteIt(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { workspaceId } = c.var.access
  const { name } = await describeDestination(deps.db, workspaceId, id)
  if (!isName(one(await typed(c), 'confirm'), name))
    return deletePage(c, deps, 'This is not the name of the destination.')
  await removeDestination(deps, workspaceId, id)
  return c.redirect(withFlash('/destinations', 'destination-deleted'), 303)
}

function pendingCost(pending: number | undefined): string {
  if (pending === undefined)
    return 'How many events wait cannot be told at the moment. They become dead letters and are not sent.'
  if (pending === 0) return 'No events wait for it at the moment.'
  return `${many(pending, 'event waits', 'events wait')}. They become dead letters and are not sent.`
}
