import { may } from '../../../accounts/index.ts'
import { messageOf } from '../../../refusal.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Checkbox, Field, FieldGroup, Input } from '../../../ui/components/field.tsx'
import { PAGE, pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { FormProblem, TextField } from '../../../ui/form.tsx'
import { attempt, Form, utcTime } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { connectSource, disconnectSource, updateSelection } from '../commands.ts'
import { withFlash } from '../flash.ts'
import {
  type ConnectedLine,
  getConnected,
  getWarehouseRow,
  getWarehouseWithConnectable,
  listConnected,
} from '../queries.ts'
import { warehouseHead } from './head.tsx'

/** Sources that are offered to be connected, the newest: others are found by their ids. */
const OFFERED = 20
/** Tables of a source on one page of what is loaded. */
const TABLES = 50

/** `GET /warehouses/:id/sources?page=` */
export async function showConnectedSources(c: PanelContext, { db, ctx }: ControlDeps, form = Form.blank) {
  const { workspaceId } = c.var.access
  const id = c.req.param('id') ?? ''
  const { row, connectable: others } = await getWarehouseWithConnectable(db, workspaceId, id, OFFERED)
  const mayWrite = may(c.var.access, 'warehouses:write')
  const page = await listConnected(db, row.id, pageAt(c.req.query('page')))
  const path = `/warehouses/${row.id}/sources`
  const now = ctx.now()
  return showPage(
    c,
    {
      ...warehouseHead(row, 'sources'),
      children: (
        <>
          {page.total > 0 && (
            <Card title="Sources that it loads">
              <Table
                caption="Sources"
                columns={[
                  { title: 'Source' },
                  { title: 'State' },
                  { title: 'Schema' },
                  { title: 'Left out', wide: true },
                  { title: 'Connected', wide: true },
                ]}
                rows={page.lines.map((line) => [
                  <a href={`${path}/${line.sourceId}`}>{line.name}</a>,
                  <Badge tone={line.enabled ? 'good' : 'off'}>{line.enabled ? 'Connected' : 'Left out'}</Badge>,
                  <code class="wrap">{line.schema}</code>,
                  leftOutWords(line),
                  <Ago at={line.createdAt} now={now} />,
                ])}
              />
              {page.total > PAGE && <Pager path={path} query={{}} page={page} what="source" />}
            </Card>
          )}
          {mayWrite && (
            <Card title="Connect a source" lead="It gets a schema of its own, and a table for each of its events.">
              <form method="post" action={path} class="stack form">
                <FormProblem form={form} />
                {others.length > 0 && (
                  <FieldGroup id="sources" label="Which" error={form.problem('sources')}>
                    <div class="checks">
                      {others.map(({ id, name }) => (
                        <Checkbox
                          id={`source-${id}`}
                          name="source"
                          value={id}
                          label={name}
                          checked={form.all('source').includes(id)}
                        />
                      ))}
                    </div>
                  </FieldGroup>
                )}
                <TextField
                  name="sourceId"
                  label={others.length > 0 ? 'Or another one, by its id' : 'Id of the source'}
                  autocomplete="off"
                  optional={others.length > 0}
                  mono
                  form={form}
                />
                <Field
                  id="since"
                  label="Only what came since (UTC)"
                  help="Empty: all that the archive has."
                  error={form.problem('since')}
                  optional
                >
                  <Input
                    id="since"
                    name="since"
                    type="datetime-local"
                    value={form.value('since', '')}
                    error={form.problem('since')}
                  />
                </Field>
                <div class="actions">
                  <Button kind="main">Connect</Button>
                </div>
              </form>
            </Card>
          )}
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** `POST /warehouses/:id/sources`: connects those that are ticked or named. */
export async function postConnectSource(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const form = await Form.read(c)
  const named = form.get('sourceId')
  const ids = [...new Set([...form.all('source').slice(0, OFFERED), ...(named === '' ? [] : [named])])]
  const since = form.get('since')
  const connected = await attempt(async () => {
    for (const sourceId of ids.length > 0 ? ids : [''])
      await connectSource(deps, c.var.access.workspaceId, id, sourceId, since === '' ? {} : { since: utcTime(since) })
  })
  if (!connected.ok) return showConnectedSources(c, deps, form.refused(...connected.problems))
  return c.redirect(withFlash(`/warehouses/${id}/sources`, 'source-connected'), 303)
}

/** `GET /warehouses/:id/sources/:sourceId?page=`: what of it is loaded. */
export async function showConnectedSource(c: PanelContext, { db, warehouse }: ControlDeps) {
  const { sourceId = '' } = c.req.param()
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const [line, tables, { sources }] = await Promise.all([
    getConnected(db, row.id, sourceId),
    warehouse(row.id).tables({ sourceId }, { count: TABLES, from: pageAt(c.req.query('page')).from }),
    warehouse(row.id).report(),
  ])
  const mayWrite = may(c.var.access, 'warehouses:write')
  const path = `/warehouses/${row.id}/sources/${sourceId}`
  const standing = sources.find((one) => one.sourceId === sourceId)
  return showPage(c, {
    title: line.name,
    current: 'warehouses',
    crumbs: [
      ['Warehouses', '/warehouses'],
      [row.name, `/warehouses/${row.id}`],
      ['Sources', `/warehouses/${row.id}/sources`],
    ],
    state: <Badge tone={line.enabled ? 'good' : 'off'}>{line.enabled ? 'Connected' : 'Left out'}</Badge>,
    children: (
      <>
        <Card title="How it stands">
          <Facts
            of={[
              ['Source', <a href={`/sources/${sourceId}`}>{line.name}</a>],
              ['Schema', <code class="wrap">{line.schema}</code>],
              ['From', line.since === null ? 'the beginning' : new Date(line.since).toUTCString()],
              [
                'Batches loaded',
                standing
                  ? `${Math.max(0, standing.next - 1).toLocaleString('en-GB')} of ${standing.last.toLocaleString('en-GB')}`
                  : 'none yet',
              ],
            ]}
          />
          {mayWrite && (
            <div class="actions">
              <form method="post" action={path}>
                <input type="hidden" name="what" value="source" />
                <Button name="enabled" value={line.enabled ? '0' : '1'}>
                  {line.enabled ? 'Leave this source out' : 'Load this source again'}
                </Button>
              </form>
              <form method="post" action={`${path}/disconnect`}>
                <Button kind="danger">Disconnect</Button>
              </form>
            </div>
          )}
          <p class="help">
            Left out, it stops where it is, and goes on from there once it is loaded again. Disconnected, it begins anew
            when it comes back; what is in the tables is not loaded twice.
          </p>
        </Card>
        <Card
          title="What is loaded"
          lead={
            <>
              Tables that are not ticked are left out from the next sync on; single columns are chosen where each{' '}
              <a href={`/warehouses/${row.id}/tables?source=${sourceId}`}>table</a> is shown. Ticked again, they are
              loaded from then on; a backfill brings what was missed.
            </>
          }
        >
          {tables.total === 0 ? (
            <p>No table is known yet: the first sync makes them.</p>
          ) : (
            <form method="post" action={path}>
              <input type="hidden" name="what" value="tables" />
              <div class="checks">
                {tables.lines.map(({ name }) => (
                  <>
                    <input type="hidden" name="shown" value={name} />
                    <Checkbox
                      id={`table-${name}`}
                      name="table"
                      value={name}
                      label={name}
                      checked={!line.leftOut.collections.includes(name)}
                    />
                  </>
                ))}
              </div>
              {mayWrite && (
                <div class="actions">
                  <Button kind="main">Save</Button>
                </div>
              )}
            </form>
          )}
          {tables.total > TABLES && <Pager path={path} query={{}} page={tables} what="table" />}
        </Card>
      </>
    ),
  })
}

/** `POST /warehouses/:id/sources/:sourceId`: of the source as a whole, or of the tables that the form showed. */
export async function postSelectiveSync(c: PanelContext, deps: ControlDeps) {
  const { id = '', sourceId = '' } = c.req.param()
  const path = `/warehouses/${id}/sources/${sourceId}`
  const form = await Form.read(c)
  const syncOverrides =
    form.get('what') === 'source'
      ? [{ sourceId, enabled: form.get('enabled') === '1' }]
      : form.all('shown').map((collection) => ({
          sourceId,
          collection,
          enabled: form.all('table').includes(collection),
        }))
  const saved = await attempt(() => updateSelection(deps, c.var.access.workspaceId, id, { syncOverrides }))
  if (!saved.ok) return showProblem(c, 409, 'This was not saved', messageOf(saved.problems), path)
  return c.redirect(withFlash(path, 'selection-saved'), 303)
}

/** `POST /warehouses/:id/sources/:sourceId/disconnect` */
export async function postDisconnectSource(c: PanelContext, deps: ControlDeps) {
  const { id = '', sourceId = '' } = c.req.param()
  await disconnectSource(deps, c.var.access.workspaceId, id, sourceId)
  return c.redirect(withFlash(`/warehouses/${id}/sources`, 'source-disconnected'), 303)
}

function leftOutWords({ leftOut: { collections, properties } }: ConnectedLine): string {
  const columns = Object.values(properties).reduce((n, names) => n + names.length, 0)
  const parts = [
    ...(collections.length > 0 ? [`${collections.length} ${collections.length === 1 ? 'table' : 'tables'}`] : []),
    ...(columns > 0 ? [`${columns} ${columns === 1 ? 'column' : 'columns'}`] : []),
  ]
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
