import { may, skipAudit } from '../../../accounts/index.ts'
import { messageOf } from '../../../refusal.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { CodeBlock } from '../../../ui/components/code.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { duration, shortDuration } from '../../../ui/duration.ts'
import { attempt, Form } from '../../../ui/forms.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { showProblem } from '../../../ui/layout/problem.tsx'
import type { SourceSync, Sync, WarehouseReport } from '../../../warehouse/index.ts'
import type { ControlDeps } from '../../request.ts'
import { syncNow, updateWarehouse } from '../commands.ts'
import { withFlash } from '../flash.ts'
import { timeOfDay } from '../present.ts'
import { type ConnectedLine, getWarehouseRow, listConnected } from '../queries.ts'
import { firstFunnel } from '../sql.ts'
import { CAUSES, scheduleWords, SYNC_WORDS } from '../words.ts'
import { warehouseHead } from './head.tsx'
import { Notices, rateOf, TableCounts } from './parts.tsx'

const EVERY = '3s'
/** Sources of the last sync that the page tells apart. */
const PARTS = 20

/** `GET /warehouses/:id`: how it stands now, and what its last sync did. */
export async function showWarehouse(c: PanelContext, deps: ControlDeps) {
  const { db, ctx, warehouse } = deps
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const object = warehouse(row.id)
  const [{ report }, parts, connected] = await Promise.all([
    object.report(),
    object.sourceSyncs({}, { count: PARTS }),
    listConnected(db, row.id, { count: PARTS }),
  ])
  const path = `/warehouses/${row.id}`
  const mayWrite = may(c.var.access, 'warehouses:write')
  const shown = report.current ?? report.last
  const ofShown = parts.lines.filter(({ syncId }) => syncId === shown?.id)
  const now = ctx.now()
  const refresh = report.current && {
    'hx-get': path,
    'hx-trigger': `every ${EVERY}`,
    'hx-select': '#warehouse',
    'hx-select-oob': '#state',
    'hx-swap': 'outerHTML',
  }
  return showPage(c, {
    ...warehouseHead(row, '', report),
    actions: mayWrite && <StateActions id={row.id} enabled={row.enabled} hasSources={connected.total > 0} />,
    children: (
      <div id="warehouse" class="stack" {...refresh}>
        {!row.enabled && (
          <Notice title="It is disabled, and nothing is loaded.">
            What comes in meanwhile is loaded once it is enabled: nothing is left out.
          </Notice>
        )}
        {row.enabled && connected.total === 0 && (
          <Notice title="It loads no source yet.">
            <a href={`${path}/sources`}>Choose the sources</a> whose events become rows in it.
          </Notice>
        )}
        {report.error && report.failures > 0 && (
          <Notice
            tone="bad"
            title={`It could not be loaded${report.failures === 1 ? '' : `, ${plural(report.failures, 'time')} in a row`}.`}
          >
            {report.error.words}{' '}
            {report.nextAt === null ? '' : `It is tried again in ${shortDuration(Math.max(0, report.nextAt - now))}.`}{' '}
            <a href={`${path}/test`}>Test the connection</a>.
          </Notice>
        )}
        <Standing report={report} schedule={scheduleWords(row.schedule, timeOfDay)} now={now} />
        {shown && <SyncCard sync={shown} parts={ofShown} names={connected.lines} path={path} now={now} />}
        {report.rows > 0 && <Sql connected={connected.lines} parts={parts.lines} />}
      </div>
    ),
  })
}

function StateActions({ id, enabled, hasSources }: { id: string; enabled: boolean; hasSources: boolean }) {
  return (
    <div class="actions">
      <form method="post" action={`/warehouses/${id}/state`}>
        <Button kind={enabled ? 'plain' : 'main'} name="to" value={enabled ? 'disable' : 'enable'}>
          {enabled ? 'Disable' : 'Enable'}
        </Button>
      </form>
      {enabled && hasSources && (
        <form method="post" action={`/warehouses/${id}/sync`}>
          <Button kind="main">Sync now</Button>
        </form>
      )}
    </div>
  )
}

function Standing({ report, schedule, now }: { report: WarehouseReport; schedule: string; now: number }) {
  const { nextAt, until, rows, current } = report
  return (
    <Card title="How it stands">
      <Figures>
        <Figure label="Rows loaded" value={rows} />
        <Figure label="Behind" value={until === null ? '–' : shortDuration(Math.max(0, now - until))} />
        <Figure
          label="Next sync"
          value={
            current
              ? 'running'
              : nextAt === null
                ? '–'
                : nextAt <= now
                  ? 'about now'
                  : `in ${shortDuration(nextAt - now)}`
          }
        />
      </Figures>
      <Facts
        of={[
          ['Schedule', schedule],
          [
            'Loaded',
            until === null ? (
              'Not every source yet'
            ) : (
              <>
                What came until <Ago at={until} now={now} />
              </>
            ),
          ],
        ]}
      />
    </Card>
  )
}

function SyncCard({
  sync,
  parts,
  names,
  path,
  now,
}: {
  sync: Sync
  parts: readonly SourceSync[]
  names: readonly ConnectedLine[]
  path: string
  now: number
}) {
  const { tone, label } = SYNC_WORDS[sync.state]
  const tookMs = (sync.endedAt ?? now) - sync.startedAt
  const running = sync.endedAt === null
  return (
    <Card
      title={running ? 'The sync that is running' : 'The last sync'}
      lead={`Begun ${CAUSES[sync.cause]}.`}
      actions={<Button href={`${path}/syncs/${sync.id}`}>Details</Button>}
    >
      <p>
        <Badge tone={tone}>{label}</Badge> <Ago at={sync.endedAt ?? sync.startedAt} now={now} />
      </p>
      {running && (
        <p>
          <progress max="1" value={String(sync.progress)} aria-label="How much of what is new has been read" />
        </p>
      )}
      <Figures>
        <Figure label="Events read" value={sync.events} />
        <Figure label="New rows" value={sync.rows} />
        <Figure label="Rows a second" value={rateOf(sync.rows, tookMs)} />
        <Figure label={running ? 'So far' : 'Took'} value={duration(tookMs)} />
        <Figure
          label="Notices"
          value={sync.notices}
          {...(sync.notices > 0 && { tone: 'warn', href: `${path}/syncs/${sync.id}` })}
        />
      </Figures>
      {parts.map((part) => (
        <>
          <h3>{names.find(({ sourceId }) => sourceId === part.sourceId)?.name ?? part.sourceId}</h3>
          {part.error && (
            <p>
              <Badge tone="bad">Failed</Badge> {part.error.words}
            </p>
          )}
          <TableCounts tables={part.tables} most={8} />
          <Notices notices={part.notices} most={3} />
        </>
      ))}
    </Card>
  )
}

function Sql({ connected, parts }: { connected: readonly ConnectedLine[]; parts: readonly SourceSync[] }) {
  const part = parts.find(({ tables }) => Object.keys(tables).length > 0)
  const source = connected.find(({ sourceId }) => sourceId === part?.sourceId)
  if (!part || !source) return null
  return (
    <Card title="Your first funnel" lead="Of everybody who did the first, how many did the next thing within a week.">
      <CodeBlock
        label="For your SQL client"
        code={firstFunnel(source.schema, Object.keys(part.tables))}
        language="SQL"
      />
    </Card>
  )
}

/** `POST /warehouses/:id/sync` */
export async function postSyncNow(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const begun = await attempt(() => syncNow(deps, c.var.access.workspaceId, id))
  if (!begun.ok) return showProblem(c, 409, 'No sync was begun', messageOf(begun.problems), `/warehouses/${id}`)
  return c.redirect(withFlash(`/warehouses/${id}`, 'sync-begun'), 303)
}

/** `POST /warehouses/:id/state` with `to`: `enable` or `disable`. */
export async function postWarehouseState(c: PanelContext, deps: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const to = (await Form.read(c)).get('to')
  if (to !== 'enable' && to !== 'disable') {
    skipAudit(c)
    await getWarehouseRow(deps.db, c.var.access.workspaceId, id)
    return c.redirect(`/warehouses/${id}`, 303)
  }
  await updateWarehouse(deps, c.var.access.workspaceId, id, { enabled: to === 'enable' })
  return c.redirect(withFlash(`/warehouses/${id}`, to === 'enable' ? 'warehouse-enabled' : 'warehouse-disabled'), 303)
}
