import { refusal } from '../../../refusal.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Card, Facts } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { PAGE, pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { duration } from '../../../ui/duration.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { getWarehouseRow, listConnected } from '../queries.ts'
import { CAUSES, SYNC_WORDS } from '../words.ts'
import { warehouseHead } from './head.tsx'
import { Notices, rateOf, TableCounts } from './parts.tsx'

const MOST_PARTS = 10
const MOST_TABLES = 30
const MOST_NOTICES = 10

/** `GET /warehouses/:id/syncs?page=`: the last hundred. */
export async function showSyncs(c: PanelContext, { db, ctx, warehouse }: ControlDeps) {
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const page = await warehouse(row.id).syncs(pageAt(c.req.query('page')))
  const path = `/warehouses/${row.id}/syncs`
  const now = ctx.now()
  return showPage(c, {
    ...warehouseHead(row, 'syncs'),
    children:
      page.total === 0 ? (
        <Empty icon="send" title="No sync yet">
          Each stands here with what it has loaded, the last hundred of them.
        </Empty>
      ) : (
        <Card title="Syncs">
          <Table
            caption="Syncs"
            columns={[
              { title: 'Begun' },
              { title: 'State' },
              { title: 'New rows', number: true },
              { title: 'Notices', number: true, wide: true },
              { title: 'Took', wide: true },
              { title: 'Why', wide: true },
            ]}
            rows={page.lines.map((sync) => {
              const { tone, label } = SYNC_WORDS[sync.state]
              return [
                <a href={`${path}/${sync.id}`}>
                  <Ago at={sync.startedAt} now={now} />
                </a>,
                <Badge tone={tone}>{label}</Badge>,
                sync.rows.toLocaleString('en-GB'),
                sync.notices.toLocaleString('en-GB'),
                duration((sync.endedAt ?? now) - sync.startedAt),
                CAUSES[sync.cause],
              ]
            })}
          />
          {page.total > PAGE && <Pager path={path} query={{}} page={page} what="sync" />}
        </Card>
      ),
  })
}

/** `GET /warehouses/:id/syncs/:sync` */
export async function showSync(c: PanelContext, { db, ctx, warehouse }: ControlDeps) {
  const syncId = c.req.param('sync') ?? ''
  const row = await getWarehouseRow(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const object = warehouse(row.id)
  const [sync, parts, connected] = await Promise.all([
    object.sync(syncId),
    object.sourceSyncs({ syncId }, { count: MOST_PARTS, from: pageAt(c.req.query('page')).from }),
    listConnected(db, row.id, { count: 200 }),
  ])
  if (!sync) throw refusal(404, `There is no sync ${syncId}, or it is not kept any more.`)
  const now = ctx.now()
  const tookMs = (sync.endedAt ?? now) - sync.startedAt
  const { tone, label } = SYNC_WORDS[sync.state]
  const path = `/warehouses/${row.id}/syncs`
  return showPage(c, {
    title: 'Sync',
    current: 'warehouses',
    crumbs: [
      ['Warehouses', '/warehouses'],
      [row.name, `/warehouses/${row.id}`],
      ['Syncs', path],
    ],
    state: <Badge tone={tone}>{label}</Badge>,
    children: (
      <>
        <Card title="Altogether">
          <Facts
            of={[
              [
                'Begun',
                <>
                  <Ago at={sync.startedAt} now={now} />, {CAUSES[sync.cause]}
                </>,
              ],
              [sync.endedAt === null ? 'So far' : 'Took', duration(tookMs)],
              ['Events read', sync.events.toLocaleString('en-GB')],
              [
                'New rows',
                `${sync.rows.toLocaleString('en-GB')}${sync.rows === 0 ? '' : `, ${rateOf(sync.rows, tookMs)} a second`}`,
              ],
              ['Notices', sync.notices.toLocaleString('en-GB')],
              ...(sync.error ? [['What went wrong', sync.error.words] as const] : []),
              ['Id', <code>{sync.id}</code>],
            ]}
          />
        </Card>
        {parts.lines.map((part) => {
          const words = SYNC_WORDS[part.state]
          return (
            <Card title={connected.lines.find(({ sourceId }) => sourceId === part.sourceId)?.name ?? part.sourceId}>
              <p>
                <Badge tone={words.tone}>{words.label}</Badge>
              </p>
              {part.error && <p>{part.error.words}</p>}
              <TableCounts tables={part.tables} most={MOST_TABLES} />
              <Notices notices={part.notices} most={MOST_NOTICES} />
            </Card>
          )
        })}
        {parts.lines.length === 0 && (
          <Empty icon="check" title="Nothing was new">
            No source had anything that was not loaded already.
          </Empty>
        )}
        {parts.total > MOST_PARTS && <Pager path={`${path}/${syncId}`} query={{}} page={parts} what="source" />}
      </>
    ),
  })
}
