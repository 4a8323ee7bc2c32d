import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { Form, isName } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { deleteWarehouse } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getWarehouseRow } from '../queries.ts'

/** `GET /warehouses/:id/delete` */
export async function showDeleteWarehouse(c: PanelContext, { db }: ControlDeps, error?: string) {
  const { id, name } = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  return showPage(
    c,
    {
      title: `Delete ${name}`,
      current: 'warehouses',
      crumbs: [
        ['Warehouses', '/warehouses'],
        [name, `/warehouses/${id}`],
        ['Settings', `/warehouses/${id}/settings`],
      ],
      children: (
        <ConfirmByName
          action={`/warehouses/${id}/delete`}
          name={name}
          deed="Delete this warehouse"
          back={`/warehouses/${id}/settings`}
          error={error}
          costs={[
            'Nothing more is loaded, and what its syncs did is forgotten.',
            'Its settings and secrets are deleted.',
            'The tables in the database stay as they are, and so does the archive.',
          ]}
        />
      ),
    },
    error === undefined ? 200 : 422,
  )
}

/** `POST /warehouses/:id/delete` */
export async function postDeleteWarehouse(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const { id, name } = await getWarehouseRow(deps.db, workspaceId, c.req.param('id') ?? '')
  if (!isName((await Form.read(c)).get('confirm'), name))
    return showDeleteWarehouse(c, deps, 'This is not the name of the warehouse.')
  await deleteWarehouse(deps, workspaceId, id)
  return c.redirect(withFlash('/warehouses', 'warehouse-deleted'), 303)
}
