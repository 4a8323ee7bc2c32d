import { type AuditEvent, listAuditEvents } from '../../../accounts/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt, PAGE, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import type { ControlDeps } from '../../request.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { plural } from '../../../ui/counts.ts'

export async function showAuditTrail(c: PanelContext, { db, ctx }: ControlDeps) {
  const page = await listAuditEvents(db, c.var.access.workspaceId, pageAt(c.req.query('page')))
  const { lines: events, total } = page
  const now = ctx.now()
  const children =
    total === 0 ? (
      <Empty icon="audit" title="Nothing has been changed yet">
        Every change of this workspace will stand here: who made it, when, from where, and what is different.
      </Empty>
    ) : (
      <Card>
        <Table
          caption="Changes"
          columns={[
            { title: 'What' },
            { title: 'Who' },
            { title: 'When' },
            { title: 'From', wide: true },
            { title: 'Difference' },
          ]}
          rows={events.map((event) => [
            <>
              {event.type}
              <br />
              <span class="help">{event.resource.name || event.resource.id}</span>
            </>,
            `${event.actor.type === 'token' ? 'Token ' : ''}${event.actor.name || event.actor.id}`,
            <Ago at={event.at} now={now} />,
            event.address || 'unknown',
            <Difference event={event} />,
          ])}
        />
        {total > PAGE && <Pager path="/audit" query={{}} page={page} what="change" />}
      </Card>
    )
  const lead = 'Every change of this workspace, the newest first. Secrets are never in it.'
  return showPage(c, { title: 'Audit trail', lead, current: 'audit', children })
}

/** Opens without scripts. */
function Difference({ event: { before, after } }: { event: AuditEvent }) {
  const names = Object.keys({ ...before, ...after })
  if (names.length === 0) return null
  return (
    <details>
      <summary>{names.length === 1 ? names[0] : plural(names.length, 'value')}</summary>
      <dl class="facts">
        {names.map((name) => (
          <div>
            <dt>{name}</dt>
            <dd class="mono">
              {before && <del>{text(before[name])}</del>} {after && <ins>{text(after[name])}</ins>}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
