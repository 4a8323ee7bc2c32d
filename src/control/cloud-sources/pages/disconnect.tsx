import { may } from '../../../accounts/index.ts'
import { messageOf } from '../../../refusal.ts'
import { Button } from '../../../ui/components/button.tsx'
import { ConfirmByName } from '../../../ui/components/confirm.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form, isName } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { warehousesOfSource } from '../../warehouses/index.ts'
import { disconnectCloudSource, disconnectWithTables } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { getCloudSource } from '../queries.ts'

/** Warehouses that are named one by one. */
const MOST_NAMED = 10

/** `GET /sources/:id/cloud/disconnect`: what is gone then, and what stays: its tables, or not even they. */
export async function showDisconnect(c: PanelContext, { db }: ControlDeps, error?: string) {
  const { workspaceId } = c.var.access
  const { source, vendor, row } = await getCloudSource(db, workspaceId, c.req.param('id') ?? '')
  const loaded = await warehousesOfSource(db, workspaceId, source.id)
  const mayDrop = loaded.length > 0 && may(c.var.access, 'warehouses:write')
  const path = `/sources/${source.id}/cloud`
  const places = loaded.slice(0, MOST_NAMED).map(({ schema, name }) => `“${schema}” of ${name}`)
  const others = loaded.length > MOST_NAMED ? ` and ${loaded.length - MOST_NAMED} more` : ''
  return showPage(
    c,
    {
      title: row ? `Disconnect ${source.name}` : `Tables of ${source.name}`,
      current: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [source.name, path],
      ],
      children: (
        <ConfirmByName
          action={row ? `${path}/disconnect` : `${path}/tables`}
          name={source.name}
          deed={row ? 'Disconnect, and keep its tables' : 'Drop its tables'}
          back={path}
          keep={row ? 'Keep it connected' : 'Keep them'}
          error={error}
          more={
            row &&
            mayDrop && (
              <Button kind="danger" formaction={`${path}/tables`}>
                Disconnect, and drop its tables
              </Button>
            )
          }
          costs={[
            ...(row
              ? [
                  `Nothing more is pulled from ${vendor.name}, and how far it was is forgotten: connected again it reads everything.`,
                  'Its settings, secrets and tokens are deleted.',
                ]
              : []),
            'The archive stays as it is.',
            loaded.length === 0
              ? 'No warehouse loads it, so there are no tables.'
              : `Its tables are in the schema ${places.join(', in ')}${others}. Dropped, they are gone with all their rows, whatever else was put into them; a view that needs one keeps it until the view is dropped. Each warehouse says under “Backfill, erase” how far it is.`,
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

/** `POST /sources/:id/cloud/tables`: the same, and its tables go. */
export async function postDropTables(c: PanelContext, deps: ControlDeps) {
  const { workspaceId } = c.var.access
  const { source } = await getCloudSource(deps.db, workspaceId, c.req.param('id') ?? '')
  const path = `/sources/${source.id}/cloud`
  if (!may(c.var.access, 'sources:write', source.id))
    return showProblem(c, 403, 'Its tables stay', 'You may not change this source.', path)
  if (!isName((await Form.read(c)).get('confirm'), source.name))
    return showDisconnect(c, deps, 'This is not the name of the source.')
  const done = await attempt(() => disconnectWithTables(deps, workspaceId, source.id))
  if (!done.ok) return showProblem(c, 409, 'Its tables stay', messageOf(done.problems), path)
  return c.redirect(withFlash(path, 'cloud-tables-dropped'), 303)
}
