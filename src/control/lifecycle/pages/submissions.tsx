import { titleOf } from '../../../integrations/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Pager, pageAt } from '../../../ui/components/pager.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Tabs } from '../../../ui/components/tabs.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { duration } from '../../../ui/duration.ts'
import type { PanelContext } from '../../../ui/context.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { SUBMISSION_VIEWS, type SubmissionView } from '../views.ts'
import { listSubmissions, type Living } from '../queries.ts'
import { LIFE_TONES, STATE_WORDS } from '../words.ts'

const VIEW_WORDS: Readonly<Record<SubmissionView, string>> = {
  waiting: 'Waiting for us',
  partner: 'Waiting for them',
  beta: 'In beta',
  public: 'Public',
  ending: 'Ending',
}

/** `GET /submissions?view=&page=`: integrations of partners; whom we promised the earliest answer stands first. One query. */
export async function showSubmissions(c: PanelContext, { db, ctx }: ControlDeps) {
  const view = SUBMISSION_VIEWS.find((one) => one === c.req.query('view')) ?? 'waiting'
  const listed = await listSubmissions(db, view, pageAt(c.req.query('page')))
  const now = ctx.now()
  const children = (
    <>
      {listed.lines.length === 0 ? (
        <Empty icon="check" title="There is none here">
          Partners submit an integration from its page.
        </Empty>
      ) : (
        <Table
          caption="Integrations of partners"
          columns={[
            { title: 'Integration' },
            { title: 'State' },
            { title: view === 'waiting' ? 'Answer due' : 'Since' },
            { title: 'Kind', wide: true },
          ]}
          rows={listed.lines.map((one) => [
            <>
              <a href={`/submissions/${one.integration.id}`}>{titleOf(one.integration)}</a>
              <span class="under">{one.company ?? 'no partner'}</span>
            </>,
            <Badge tone={LIFE_TONES[one.integration.status]}>{STATE_WORDS[one.integration.status]}</Badge>,
            <DueOrSince of={one} now={now} />,
            one.integration.kind,
          ])}
        />
      )}
      <Pager path="/submissions" query={{ view }} page={listed} what="integration" />
    </>
  )
  const tabs = (
    <Tabs
      label="Submissions"
      current={view}
      tabs={SUBMISSION_VIEWS.map((key) => ({ key, label: VIEW_WORDS[key], href: `/submissions?view=${key}` }))}
    />
  )
  const lead = 'Integrations that partners offer to everybody. What is overdue stands first.'
  return showPage(c, { title: 'Submissions', current: 'submissions', lead, tabs, children })
}

function DueOrSince({ of: { life }, now }: { of: Living; now: number }) {
  if (life.dueAt === null) return <Ago at={life.since} now={now} />
  if (life.dueAt < now) return <Badge tone="bad">Overdue by {duration(now - life.dueAt)}</Badge>
  return <span>in {duration(life.dueAt - now)}</span>
}
