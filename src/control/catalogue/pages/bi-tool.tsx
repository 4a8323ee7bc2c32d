import { may } from '../../../accounts/index.ts'
import { type BiHalf, type Integration, titleOf, WAREHOUSES } from '../../../integrations/index.ts'
import type { Database } from '../../../settings/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Todo } from '../../../ui/components/todo.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { searchWarehouses } from '../../warehouses/index.ts'
import { catalogueStatus, kindName, kindWords } from './categories.ts'
import { filledStep } from './filled-step.tsx'

/** The newest warehouses that it can be connected to; others are found in their list. */
const OFFERED = 20

/** A tool that reads warehouses: what it is, how it is connected, and to which of the workspace's warehouses. */
export async function renderBiTool(c: PanelContext, db: Database, tool: Integration, { connectors, steps }: BiHalf) {
  const { access } = c.var
  const title = titleOf(tool)
  const { tone, words } = catalogueStatus(tool)
  const mayRead = may(access, 'warehouses:read')
  const found = mayRead
    ? await searchWarehouses(db, access.workspaceId, '', { count: OFFERED })
    : { lines: [], total: 0 }
  const mine = found.lines.filter(({ entry }) => entry?.warehouse && connectors.includes(entry.warehouse.connector))
  const reads = WAREHOUSES.filter(({ warehouse }) => warehouse && connectors.includes(warehouse.connector)).map(titleOf)
  return showPage(c, {
    title,
    current: 'catalogue',
    crumbs: [['Catalogue', '/catalogue']],
    state: <Badge tone={tone}>{words}</Badge>,
    lead: tool.description,
    children: (
      <>
        <Card title="What it is">
          <p>{kindWords(tool.kind)} Nothing is switched on here: no event is sent to it.</p>
          <Facts
            of={[
              ['Kind', kindName(tool.kind)],
              ['Reads', reads.join(', ')],
              ['Slug', <code>{tool.slug}</code>],
            ]}
          />
        </Card>
        {mayRead && (
          <Card
            title="Which warehouse?"
            lead="Its page has these steps with host, database and schemas filled in, and the SQL for a user that only reads."
          >
            {mine.length > 0 ? (
              <Table
                caption={`Warehouses that ${title} can read`}
                columns={[{ title: 'Warehouse' }, { title: 'Kind' }]}
                rows={mine.map(({ id, name, entry }) => [
                  <a href={`/warehouses/${id}/bi/${encodeURIComponent(tool.slug)}`}>{name}</a>,
                  entry ? titleOf(entry) : '',
                ])}
              />
            ) : (
              <p>None of your warehouses is one that it reads.</p>
            )}
            {found.total > OFFERED && (
              <p class="help">Those of your newest {OFFERED} warehouses: others have a page “BI tools” too.</p>
            )}
            {mine.length === 0 && may(access, 'warehouses:write') && (
              <div class="actions">
                <Button kind="main" href="/catalogue?kind=warehouse">
                  Add a warehouse
                </Button>
              </div>
            )}
          </Card>
        )}
        <Card title={`In ${title}`}>
          <Todo of={steps.map((step) => filledStep(step, {}))} />
        </Card>
      </>
    ),
  })
}
