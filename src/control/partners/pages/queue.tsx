import { Badge } from '../../../ui/components/badge.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Pager, pageAt } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { type Application, listApplications, readQueueFigures } from '../queries.ts'
import type { ApplicationState } from '../states.ts'
import { KIND_NAMES, STATE_NAMES, STATE_TONES } from '../words.ts'

const VIEWS = [
  ['waiting', 'Waiting for us', ['waiting']],
  ['applicant', 'Waiting for them', ['asked', 'unconfirmed']],
  ['decided', 'Decided', ['accepted', 'declined']],
] as const satisfies readonly (readonly [string, string, readonly ApplicationState[]])[]

/** `GET /applications`: who waits, the one whom we promised the earliest answer first. Two queries. */
export async function showQueue(c: PanelContext, { db, ctx }: ControlDeps) {
  const [view, , states] = VIEWS.find(([key]) => key === c.req.query('view')) ?? VIEWS[0]
  const [listed, { counts, median }] = await Promise.all([
    listApplications(db, states, pageAt(c.req.query('page'))),
    readQueueFigures(db),
  ])
  const now = ctx.now()
  const count = (some: readonly ApplicationState[]) => some.reduce((sum, state) => sum + (counts[state] ?? 0), 0)
  const children = (
    <>
      <Figures>
        <Figure label="Wait for us" value={counts.waiting ?? 0} />
        <Figure label="Median answer" value={median === null ? '–' : duration(median)} span="of the last twenty" />
      </Figures>
      {listed.lines.length === 0 ? (
        <Empty icon="check" title="Nobody waits here">
          Companies apply on <a href="/partners/apply">the public page</a>.
        </Empty>
      ) : (
        <Table
          caption="Applications"
          columns={[
            { title: 'Company' },
            { title: 'State' },
            { title: view === 'waiting' ? 'Answer due' : 'Since' },
            { title: 'Kind', wide: true },
          ]}
          rows={listed.lines.map((one) => [
            <>
              <a href={`/applications/${one.id}`}>{one.company}</a>
              <br />
              <span class="soft">{one.email}</span>
            </>,
            <Badge tone={STATE_TONES[one.state]}>{STATE_NAMES[one.state]}</Badge>,
            <Due of={one} now={now} />,
            KIND_NAMES[one.kind],
          ])}
        />
      )}
      <Pager path="/applications" query={{ view }} page={listed} what="application" />
    </>
  )
  const tabs = (
    <Tabs
      label="Applications"
      current={view}
      tabs={VIEWS.map(([key, label, some]) => ({
        key,
        label: `${label} (${count(some)})`,
        href: `/applications?view=${key}`,
      }))}
    />
  )
  const lead = 'Companies that ask to join the platform. What is overdue stands first.'
  return showPage(c, { title: 'Applications', current: 'applications', lead, tabs, children })
}

function Due({ of: { dueAt, ballSince }, now }: { of: Application; now: number }) {
  if (dueAt === null) return <Ago at={ballSince} now={now} />
  if (dueAt < now) return <Badge tone="bad">Overdue by {duration(now - dueAt)}</Badge>
  return <span>in {duration(dueAt - now)}</span>
}
