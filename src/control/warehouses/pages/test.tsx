import { may } from '../../../accounts/index.ts'
import type { Check } from '../../../connectors/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { checkWarehouse } from '../commands.ts'
import { getWarehouseRow } from '../queries.ts'
import { warehouseHead } from './head.tsx'

/** `GET /warehouses/:id/test?run=1`: tries the connection, when it says so. */
export async function showTestWarehouse(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  return render(c, deps, c.req.query('run') === '1' ? await checkWarehouse(deps, c.var.access.workspaceId, id) : null)
}

/** `POST /warehouses/:id/test` */
export async function postTestWarehouse(c: PanelContext, deps: ControlDeps) {
  return render(c, deps, await checkWarehouse(deps, c.var.access.workspaceId, c.req.param('id') ?? ''))
}

async function render(c: PanelContext, { db }: ControlDeps, checks: readonly Check[] | null) {
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const mayWrite = may(c.var.access, 'warehouses:write')
  const at = `/warehouses/${row.id}`
  const failed = checks?.find(({ ok }) => !ok)
  return showPage(c, {
    ...warehouseHead(row, 'test'),
    children: (
      <>
        {checks && !failed && (
          <Notice tone="good" title="The connection can be used.">
            {row.enabled ? 'The next sync goes by it.' : 'Enable the warehouse, and a sync begins.'}
          </Notice>
        )}
        {failed && (
          <Notice tone="bad" title="The connection cannot be used yet.">
            {failed.words}
          </Notice>
        )}
        <Card
          title="Connection"
          lead="Host, port, TLS, password, database, permissions: step by step, up to the first that fails."
        >
          {checks && (
            <Table
              caption="What was looked at"
              columns={[{ title: 'Step' }, { title: 'In words' }]}
              rows={checks.map(({ code, ok, words }) => [
                <>
                  {code} <Badge tone={ok ? 'good' : 'bad'}>{ok ? 'Good' : 'Not good'}</Badge>
                </>,
                <span class="prose">{words}</span>,
              ])}
            />
          )}
          {checks?.map(({ code, sql, policy }) => (
            <>
              {sql !== undefined && <CodeBlock label={`What mends it: ${code}`} code={sql} language="SQL" />}
              {policy !== undefined && (
                <CodeBlock label={`The policy that mends it: ${code}`} code={policy} language="JSON" />
              )}
            </>
          ))}
          {mayWrite && (
            <div class="actions">
              <form method="post" action={`${at}/test`}>
                <Button kind={checks && !failed && !row.enabled ? 'plain' : 'main'}>
                  {checks ? 'Test again' : 'Test the connection'}
                </Button>
              </form>
              {checks && !failed && !row.enabled && (
                <form method="post" action={`${at}/state`}>
                  <Button kind="main" name="to" value="enable">
                    Enable
                  </Button>
                </form>
              )}
              <Button href={`${at}/settings`}>Settings</Button>
            </div>
          )}
        </Card>
      </>
    ),
  })
}
