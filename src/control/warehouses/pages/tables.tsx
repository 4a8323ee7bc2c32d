import { may } from '../../../accounts/index.ts'
import { messageOf, refusal } from '../../../refusal.ts'
import { KEPT_COLUMNS } from '../../../tables/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { PAGE, pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Search } from '../../../ui/components/search.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { ControlDeps } from '../../request.ts'
import { createRetyping, updateSelection } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { connectorOf, getConnected, getWarehouseRow, listConnected } from '../queries.ts'
import { warehouseHead } from './head.tsx'
import { RetypeColumn } from './retype.tsx'

/** Columns that a page shows; a search finds the others. */
const MOST_COLUMNS = 100

/** `GET /warehouses/:id/tables?q=&source=&page=`: what syncs have seen. */
export async function showTables(c: PanelContext, { db, ctx, warehouse }: ControlDeps) {
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const q = c.req.query('q')?.trim() ?? ''
  const source = c.req.query('source')?.trim() ?? ''
  const [page, connected] = await Promise.all([
    warehouse(row.id).tables({ text: q, ...(source !== '' && { sourceId: source }) }, pageAt(c.req.query('page'))),
    listConnected(db, row.id, { count: 200 }),
  ])
  const path = `/warehouses/${row.id}/tables`
  const now = ctx.now()
  const schemas = new Map(connected.lines.map((one) => [one.sourceId, one.schema]))
  return showPage(c, {
    ...warehouseHead(row, 'tables'),
    children: (
      <>
        <Search action={path} value={q} label="Search by name of a table" target="found">
          {source !== '' && <input type="hidden" name="source" value={source} />}
        </Search>
        <div id="found">
          {page.lines.length === 0 ? (
            <Empty icon="search" title={q === '' ? 'No table yet' : 'No table like this'}>
              {q === ''
                ? 'The first sync makes them: a schema a source, a table an event.'
                : 'A search finds parts of a name.'}
            </Empty>
          ) : (
            <Table
              caption="Tables"
              columns={[
                { title: 'Table' },
                { title: 'Schema', wide: true },
                { title: 'Columns', number: true },
                { title: 'Rows loaded', number: true },
                { title: 'First seen', wide: true },
              ]}
              rows={page.lines.map(({ sourceId, name, columns, rows, firstAt }) => [
                <a class="wrap" href={`${path}/${sourceId}/${encodeURIComponent(name)}`}>
                  {name}
                </a>,
                <code class="wrap">{schemas.get(sourceId) ?? sourceId}</code>,
                columns.length.toLocaleString('en-GB'),
                rows.toLocaleString('en-GB'),
                <Ago at={firstAt} now={now} />,
              ])}
            />
          )}
          {page.total > PAGE && <Pager path={path} query={{ q, source }} page={page} what="table" />}
        </div>
      </>
    ),
  })
}

/** `GET /warehouses/:id/tables/:sourceId/:table?q=`: its columns, and which of them are loaded. */
export async function showTable(c: PanelContext, deps: ControlDeps, form = Form.blank) {
  const { db, ctx, warehouse, connectors } = deps
  const { sourceId = '', table: name = '' } = c.req.param()
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const retypes = row.entry !== undefined && connectorOf(connectors, row.entry).retypes === true
  const [table, jobs, standing, { schema, name: sourceName, leftOut }] = await Promise.all([
    warehouse(row.id).table(sourceId, name),
    retypes ? warehouse(row.id).jobs() : [],
    retypes ? warehouse(row.id).report() : null,
    getConnected(db, row.id, sourceId),
  ])
  if (!table) throw refusal(404, `No sync has seen a table ${name} of this source.`)
  const now = ctx.now()
  const q = c.req.query('q')?.trim().toLowerCase() ?? ''
  const found = table.columns.filter((column) => column.name.includes(q))
  const columns = found.slice(0, MOST_COLUMNS)
  const left = new Set(Object.hasOwn(leftOut.properties, name) ? leftOut.properties[name] : [])
  const mayWrite = may(c.var.access, 'warehouses:write')
  const path = `/warehouses/${row.id}/tables/${sourceId}/${encodeURIComponent(name)}`
  return showPage(
    c,
    {
      title: name,
      current: 'warehouses',
      crumbs: [
        ['Warehouses', '/warehouses'],
        [row.name, `/warehouses/${row.id}`],
        ['Tables', `/warehouses/${row.id}/tables`],
      ],
      lead: (
        <>
          Of <a href={`/sources/${sourceId}`}>{sourceName}</a>, in the schema <code class="wrap">{schema}</code>.
        </>
      ),
      children: (
        <>
          <Card title="Columns">
            <Facts
              of={[
                ['Rows that syncs have loaded', table.rows.toLocaleString('en-GB')],
                ['First seen', <Ago at={table.firstAt} now={now} />],
              ]}
            />
            {table.columns.length > MOST_COLUMNS && (
              <Search action={path} value={q} label="Search by name of a column" target="columns" />
            )}
            <form id="columns" method="post" action={path}>
              <Table
                caption="Columns"
                columns={[
                  { title: 'Column' },
                  { title: 'Type' },
                  { title: 'First seen', wide: true },
                  { title: 'Loaded' },
                ]}
                rows={columns.map((column) => [
                  <code class="wrap">{column.name}</code>,
                  column.type,
                  <Ago at={column.firstAt} now={now} />,
                  KEPT_COLUMNS.has(column.name) ? (
                    'always'
                  ) : (
                    <>
                      <input type="hidden" name="shown" value={column.name} />
                      <input
                        type="checkbox"
                        name="column"
                        value={column.name}
                        aria-label={`Load ${column.name}`}
                        checked={!left.has(column.name)}
                        disabled={!mayWrite}
                      />
                    </>
                  ),
                ])}
              />
              {found.length > MOST_COLUMNS && (
                <p class="help">{found.length - MOST_COLUMNS} more: search for them by name.</p>
              )}
              {mayWrite && (
                <div class="actions">
                  <Button kind="main">Save what is loaded</Button>
                </div>
              )}
            </form>
          </Card>
          {retypes && (
            <RetypeColumn
              path={path}
              table={table}
              leftOut={leftOut}
              jobs={jobs}
              log={standing?.sources.find((one) => one.sourceId === sourceId)?.last ?? null}
              form={form}
              mayWrite={mayWrite}
              now={now}
            />
          )}
          <Card title="Look at it">
            <CodeBlock
              label="The newest rows"
              code={`select *\nfrom "${schema}"."${name}"\norder by received_at desc\nlimit 100;`}
              language="SQL"
            />
            <p class="help">
              For tools and people that only read, there is a user: <a href={`/warehouses/${row.id}/bi`}>BI tools</a>.
            </p>
          </Card>
        </>
      ),
    },
    form.wrong ? 422 : 200,
  )
}

/** `POST /warehouses/:id/tables/:sourceId/:table`: which of the columns that the form showed are loaded. */
export async function postColumns(c: PanelContext, deps: ControlDeps) {
  const { id = '', sourceId = '', table: collection = '' } = c.req.param()
  const path = `/warehouses/${id}/tables/${sourceId}/${encodeURIComponent(collection)}`
  const form = await Form.read(c)
  const ticked = new Set(form.all('column'))
  const syncOverrides = form
    .all('shown')
    .map((property) => ({ sourceId, collection, property, enabled: ticked.has(property) }))
  const saved = await attempt(() => updateSelection(deps, c.var.access.workspaceId, id, { syncOverrides }))
  if (!saved.ok) return showProblem(c, 409, 'This was not saved', messageOf(saved.problems), path)
  return c.redirect(withFlash(path, 'selection-saved'), 303)
}

/** `POST /warehouses/:id/tables/:sourceId/:table/retypings` */
export async function postRetypeColumn(c: PanelContext, deps: ControlDeps) {
  const { id = '', sourceId = '', table: collection = '' } = c.req.param()
  const form = await Form.read(c)
  const body = { sourceId, collection, property: form.get('property'), type: form.get('type') }
  const done = await attempt(() => createRetyping(deps, c.var.access.workspaceId, id, body))
  const path = `/warehouses/${id}/tables/${sourceId}/${encodeURIComponent(collection)}`
  if (!done.ok && done.problems.every(({ field }) => field === undefined))
    return showProblem(c, 409, 'The column keeps its type', messageOf(done.problems), path)
  if (!done.ok) return showTable(c, deps, form.refused(...done.problems))
  return c.redirect(withFlash(path, 'retyping-begun'), 303)
}
