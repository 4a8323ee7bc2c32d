import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { Form, isName } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { disconnectCloudSource } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getCloudSource } from '../queries.ts'

/** `GET /sources/:id/cloud/disconnect`: what is gone then, and what stays. */
export async function showDisconnect(c: PanelContext, { db }: ControlDeps, error?: string) {
  const { source, vendor } = await getCloudSource(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  return showPage(
    c,
    {
      title: `Disconnect ${source.name}`,
      current: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [source.name, `/sources/${source.id}/cloud`],
      ],
      children: (
        <ConfirmByName
          action={`/sources/${source.id}/cloud/disconnect`}
          name={source.name}
          deed="Disconnect this source"
          back={`/sources/${source.id}/cloud`}
          keep="Keep it connected"
          error={error}
          costs={[
            `Nothing more is pulled from ${vendor.name}, and how far it was is forgotten: connected again it reads everything.`,
            'Its settings, secrets and tokens are deleted.',
            'Tables in warehouses stay as they are, and so does the archive. Whoever wants tables away leaves the source out of the warehouse, and drops them in the database.',
          ]}
        />
      ),
    },
    error === undefined ? 200 : 422,
  )
}

/** `POST /sources/:id/cloud/disconnect` */
export async function postDisconnectCloud(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const { source } = await getCloudSource(deps.db, workspaceId, c.req.param('id') ?? '')
  if (!isName((await Form.read(c)).get('confirm'), source.name))
    return showDisconnect(c, deps, 'This is not the name of the source.')
  await disconnectCloudSource(deps, workspaceId, source.id)
  return c.redirect(withFlash(`/sources/${source.id}/cloud`, 'cloud-disconnected'), 303)
}
