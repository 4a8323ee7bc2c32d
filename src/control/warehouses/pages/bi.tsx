import { type BiValue, type ConnectorName, type Integration, titleOf } from '../../../integrations/index.ts'
import { refusal } from '../../../refusal.ts'
import type { Database } from '../../../settings/index.ts'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock, Copyable } from '../../../ui/components/code.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Todo } from '../../../ui/components/todo.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { listIntegrations } from '../../catalogue/index.ts'
import { filledStep } from '../../catalogue/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { type ConnectedSchema, getWarehouseWithSchemas, type WarehouseRow } from '../queries.ts'
import { READER, readerSql } from '../reader-sql.ts'
import { warehouseHead } from './head.tsx'

/** Schemas that the SQL names. */
const MOST_SCHEMAS = 100

/** `GET /warehouses/:id/bi`: the tools that read it, and the user that they read it with. */
export async function showBiTools(c: PanelContext, { db, warehouse }: ControlDeps) {
  const { workspaceId } = c.var.access
  const id = c.req.param('id') ?? ''
  const { row, schemas: connected } = await getWarehouseWithSchemas(db, workspaceId, id, MOST_SCHEMAS + 1)
  const [tools, { sources }] = await Promise.all([toolsFor(db, workspaceId, row), warehouse(row.id).report()])
  return showPage(c, {
    ...warehouseHead(row, 'bi'),
    children: (
      <>
        {tools.length === 0 ? (
          <Notice title="No tool of the catalogue reads it by itself.">
            A lake is read through an engine, such as DuckDB, Trino or R2 SQL: a tool is connected to that one.
          </Notice>
        ) : (
          <Card title="Tools that read it" lead="Each has its steps, with the values of this warehouse.">
            <Table
              caption="BI tools"
              columns={[{ title: 'Tool' }, { title: 'What for' }]}
              rows={tools.map((tool) => [
                <a href={`/warehouses/${row.id}/bi/${encodeURIComponent(tool.slug)}`}>{titleOf(tool)}</a>,
                <span class="prose">{tool.description}</span>,
              ])}
            />
          </Card>
        )}
        <Reader
          row={row}
          connected={connected.slice(0, MOST_SCHEMAS)}
          sources={sources}
          more={connected.length > MOST_SCHEMAS}
        />
      </>
    ),
  })
}

/** `GET /warehouses/:id/bi/:slug`: how one of them is connected to this warehouse. */
export async function showBiTool(c: PanelContext, { db, warehouse }: ControlDeps) {
  const { workspaceId } = c.var.access
  const slug = c.req.param('slug') ?? ''
  const id = c.req.param('id') ?? ''
  const { row, schemas: connected } = await getWarehouseWithSchemas(db, workspaceId, id, MOST_SCHEMAS + 1)
  const [tools, { sources }] = await Promise.all([toolsFor(db, workspaceId, row), warehouse(row.id).report()])
  const tool = tools.find((one) => one.slug === slug)
  if (!tool) throw refusal(404, `No tool ${slug} of the catalogue reads this warehouse.`)
  const title = titleOf(tool)
  const values = valuesOf(row, connected)
  const shown = [
    ['Host', values.host],
    ['Port', values.port],
    ['Database', values.database],
    ['User', values.user],
    ['Schema', values.schema],
  ] as const
  return showPage(c, {
    title: `Connect ${title}`,
    current: 'warehouses',
    crumbs: [
      ['Warehouses', '/warehouses'],
      [row.name, `/warehouses/${row.id}`],
      ['BI tools', `/warehouses/${row.id}/bi`],
    ],
    lead: tool.description,
    children: (
      <>
        <Reader
          row={row}
          connected={connected.slice(0, MOST_SCHEMAS)}
          sources={sources}
          more={connected.length > MOST_SCHEMAS}
        />
        <Card title={`In ${title}`} lead="The password is the one that you gave the user: it is not kept here.">
          <Facts
            of={shown.map(
              ([name, value]) =>
                [
                  name,
                  value === undefined ? 'as your provider shows it' : <Copyable value={value} label={name} />,
                ] as const,
            )}
          />
          {connected.length > 1 && (
            <p class="help">
              Each source has a schema of its own:{' '}
              {connected
                .slice(0, 10)
                .map(({ schema }) => schema)
                .join(', ')}
              {connected.length > 10 && ' and others'}.
            </p>
          )}
          <Todo of={(tool.bi?.steps ?? []).map((step) => filledStep(step, values))} />
        </Card>
      </>
    ),
  })
}

async function toolsFor(db: Database, workspaceId: string, { entry }: WarehouseRow): Promise<Integration[]> {
  const connector = entry?.warehouse?.connector
  const tools = await listIntegrations(db, workspaceId, null)
  return tools.filter(({ bi }) => connector && bi?.connectors.includes(connector))
}

/** Where a port is not among the settings. */
const USUAL_PORTS: Partial<Record<ConnectorName, string>> = { redshift: '5439' }

/** What a tool asks for, as far as it is known: behind a Hyperdrive or the Data API there is a host that is not. */
function valuesOf(
  { entry, settings }: WarehouseRow,
  connected: readonly ConnectedSchema[],
): Partial<Record<BiValue, string>> {
  const connector = entry?.warehouse?.connector
  const text = (name: string) => {
    const value = settings[name]
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const known = {
    host: text('host'),
    port: text('port') ?? (connector && USUAL_PORTS[connector]),
    database: text('database'),
    user: READER,
    schema: connected[0]?.schema,
  }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

interface ReaderProps {
  row: WarehouseRow
  connected: readonly ConnectedSchema[]
  /** Where the sync of each source stands: before the first there is no schema. */
  sources: readonly { sourceId: string; next: number }[]
  more: boolean
}

/** The SQL for a user that only reads. */
function Reader({ row: { entry, settings }, connected, sources, more }: ReaderProps) {
  const connector = entry?.warehouse?.connector
  if (connector !== 'postgres' && connector !== 'redshift') return null
  const loaded = new Set(sources.filter(({ next }) => next > 0).map(({ sourceId }) => sourceId))
  const there = connected.filter(({ sourceId }) => loaded.has(sourceId))
  const later = connected.filter(({ sourceId }) => !loaded.has(sourceId))
  const database = typeof settings['database'] === 'string' ? settings['database'] : undefined
  const { admin, owner } = readerSql(
    connector,
    database,
    there.map(({ schema }) => schema),
  )
  const loader = typeof settings['username'] === 'string' ? settings['username'] : 'the user of this warehouse'
  return (
    <Card
      title="A user that only reads"
      lead="For tools and people: it selects from every table that is there and from those that syncs will make, and changes nothing."
    >
      <CodeBlock label="1. As an administrator of the database" code={admin} language="SQL" />
      {there.length > 0 ? (
        <CodeBlock label={`2. As ${loader}, to whom the tables belong`} code={owner} language="SQL" />
      ) : (
        <p>Then it is given the tables: that SQL is here after the first sync, which makes them.</p>
      )}
      {there.length > 0 && (later.length > 0 || more) && (
        <p class="help">
          {more
            ? `These are the first ${MOST_SCHEMAS} sources: for others write their schemas in the same way.`
            : `Not loaded yet: ${later.map(({ name }) => name).join(', ')}. After their first sync come back here, and run the second part once more.`}
        </p>
      )}
      <p class="help">A source that is connected later has a schema of its own: run the second part again then.</p>
    </Card>
  )
}
