import { Badge } from '../../../ui/components/badge.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { PAGE, pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { presentReplay } from '../present.ts'
import { listReplays, type NamedReplay } from '../queries.ts'
import { rangeWords, STATES } from './words.ts'

/** `GET /replays?page=`: how each stood when it said so last. */
export async function showReplays(c: PanelContext, { db, ctx }: ControlDeps) {
  const page = await listReplays(db, c.var.access.workspaceId, pageAt(c.req.query('page')))
  const now = ctx.now()
  return showPage(c, {
    title: 'Replays',
    current: 'replays',
    lead: 'Events of the archive, sent to a destination once more: counted first, then beside what comes in.',
    ...(page.total > 0 && { actions: <Button href="/destinations">Choose a destination</Button> }),
    children:
      page.total === 0 ? (
        <Empty icon="send" title="No replay yet" action={<Button href="/destinations">Choose a destination</Button>}>
          A new tool wants what it has missed, a broken one what it has lost: open the destination, and replay to it.
        </Empty>
      ) : (
        <Card title="Replays">
          <Table
            caption="Replays"
            columns={[
              { title: 'From, to' },
              { title: 'State' },
              { title: 'Events', number: true },
              { title: 'Delivered', number: true },
              { title: 'Dead', number: true, wide: true },
              { title: 'Range', wide: true },
              { title: 'Made', wide: true },
            ]}
            rows={page.lines.map((line) => row(line, now))}
          />
          {page.total > PAGE && <Pager path="/replays" query={{}} page={page} what="replay" />}
        </Card>
      ),
  })
}

function row({ replay, sourceName, destinationName }: NamedReplay, now: number) {
  const { id, state, selected, delivered, dead } = presentReplay(replay)
  const { tone, label } = STATES[state]
  return [
    <a href={`/replays/${id}`}>
      {sourceName ?? 'a deleted source'} to {destinationName ?? 'a deleted destination'}
    </a>,
    <Badge tone={tone}>{label}</Badge>,
    selected.toLocaleString('en-GB'),
    delivered.toLocaleString('en-GB'),
    dead.toLocaleString('en-GB'),
    rangeWords(replay.order.selection),
    <Ago at={replay.createdAt} now={now} />,
  ]
}
