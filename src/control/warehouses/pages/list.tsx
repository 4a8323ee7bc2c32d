import { may } from '../../../accounts/index.ts'
import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showListPage } from '../../../ui/layout/list-page.tsx'
import type { ControlDeps } from '../../request.ts'
import { searchWarehouses, type WarehouseLine } from '../queries.ts'
import { warehouseWords } from '../words.ts'

/** `GET /warehouses?q=&page=`: how each stood when it said so last. */
export async function showWarehouses(c: PanelContext, { db, ctx }: ControlDeps) {
  const { access } = c.var
  const q = c.req.query('q')?.trim() ?? ''
  const page = await searchWarehouses(db, access.workspaceId, q, pageAt(c.req.query('page')))
  const add = may(access, 'warehouses:write') && (
    <Button kind="main" icon="plus" href="/catalogue?kind=warehouse">
      Add warehouse
    </Button>
  )
  const now = ctx.now()
  return showListPage(c, {
    title: 'Warehouses',
    current: 'warehouses',
    path: '/warehouses',
    lead: 'Databases that all events of your sources are loaded into, as tables for SQL.',
    query: { q },
    page,
    what: 'warehouse',
    search: 'Search by name or id',
    add,
    none: (
      <Empty icon="destination" title="No warehouse yet" action={add}>
        Give it a database, choose sources: every event becomes a row, in the tables that Segment makes.
      </Empty>
    ),
    notFound: (
      <Empty
        icon="search"
        title="No warehouse like this"
        action={<Button href="/warehouses">Show all warehouses</Button>}
      >
        A search finds parts of a name, and whole ids.
      </Empty>
    ),
    children: (
      <Table
        caption="Warehouses"
        columns={[
          { title: 'Name' },
          { title: 'State' },
          { title: 'Sources', number: true },
          { title: 'Rows', number: true, wide: true },
          { title: 'Loaded until', wide: true },
        ]}
        rows={page.lines.map((line) => row(line, now))}
      />
    ),
  })
}

function row(line: WarehouseLine, now: number) {
  const { id, name, integrationId, entry, sources, report } = line
  const { tone, label } = warehouseWords(line)
  return [
    <>
      <a href={`/warehouses/${id}`}>{name}</a>
      <span class="under">{entry ? titleOf(entry) : integrationId}</span>
    </>,
    <Badge tone={tone}>{label}</Badge>,
    sources.toLocaleString('en-GB'),
    report ? report.rows.toLocaleString('en-GB') : '–',
    report?.until ? <Ago at={report.until} now={now} /> : '–',
  ]
}
