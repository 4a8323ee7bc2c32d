import type { Child } from 'hono/jsx'
import { type Progress, type Schema, SCHEMA_SORTS, type SchemaSort } from '../../../statistics/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { pageAt, Pager } from '../../../ui/components/pager.tsx'
import { Search } from '../../../ui/components/search.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import type { ControlDeps } from '../../request.ts'
import { getSource } from '../../sources/index.ts'
import { SourceTabs } from '../../sources/pages/index.ts'
import { MOST_LETTERS } from '../asked.ts'
import { ArrivedCard } from './arrived.tsx'
import { spanOr24h, stepsOf } from './spans.ts'

const SORT_NAMES: Readonly<Record<SchemaSort, string>> = {
  day: 'Most in 24 hours',
  week: 'Most in 7 days',
  total: 'Most in all',
  last: 'Seen last',
  name: 'By name',
}

/** `GET /sources/:id/schema?q=&sort=&period=&page=` */
export async function showSchema(c: PanelContext, { db, ctx, statistics }: ControlDeps) {
  const { id, name } = await getSource(db, c.var.access.workspaceId, c.req.param('id') ?? '')
  const now = ctx.now()
  const text = c.req.query('q')?.trim().slice(0, MOST_LETTERS) ?? ''
  const sort = SCHEMA_SORTS.find((one) => one === c.req.query('sort')) ?? 'day'
  const span = spanOr24h(c.req.query('period'))
  const steps = stepsOf(span, now)
  const path = `/sources/${id}/schema`
  const of = statistics(id)
  // What is not counted yet is counted by the first.
  const schema = await of.schema({ text, sort, page: pageAt(c.req.query('page')) })
  const { points } = await of.arrived(steps)
  const asked = {
    q: text,
    sort: sort === 'day' ? '' : sort,
    period: span === '24h' ? '' : span,
  }
  return showPage(c, {
    title: 'Events',
    current: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [name, `/sources/${id}`],
    ],
    lead: 'What comes from this source: each event with its properties, how often, and when last.',
    tabs: <SourceTabs id={id} current="schema" />,
    children: (
      <>
        <ArrivedCard
          path={path}
          rejectedPath={`/sources/${id}/debugger?status=rejected`}
          span={span}
          steps={steps}
          points={points}
        />
        <Card title="By name" lead={<Counted of={schema} />}>
          {schema.known === 0 ? (
            <Empty
              icon="source"
              title="No event is known yet"
              action={<Button href={`/sources/${id}/setup`}>Set up</Button>}
            >
              Each event stands here within a minute after it came, and at once when you look.
            </Empty>
          ) : (
            <>
              <Search action={path} value={asked.q} label="Search by call or name" target="found">
                {asked.period !== '' && <input type="hidden" name="period" value={asked.period} />}
                <select name="sort" aria-label="Order">
                  {Object.entries(SORT_NAMES).map(([value, words]) => (
                    <option value={value} selected={value === sort}>
                      {words}
                    </option>
                  ))}
                </select>
              </Search>
              <div id="found">
                {schema.events.lines.length === 0 ? (
                  <Empty icon="search" title="No event like this" action={<Button href={path}>Show all events</Button>}>
                    A search finds parts of the call or the name.
                  </Empty>
                ) : (
                  <EventTable path={path} schema={schema} now={now} />
                )}
                <Pager path={path} query={asked} page={schema.events} what="event" />
              </div>
            </>
          )}
        </Card>
      </>
    ),
  })
}

/** How far counting is, and what it leaves out. */
function Counted({ of: { others, progress } }: { of: Schema }): Child {
  return (
    <>
      {sinceWords(progress)}
      {others > 0 && ` ${plural(others, 'event')} of further names are counted together: 4,000 are told apart.`}
      {!progress.caughtUp && ' Some of what came is still being counted.'}
    </>
  )
}

function sinceWords({ since }: Progress): string {
  return since === null ? 'Nothing has come yet.' : `Counted since ${since.slice(0, 10)}, hours and days in UTC.`
}

function EventTable({ path, schema, now }: { path: string; schema: Schema; now: number }) {
  return (
    <Table
      caption="Events of this source"
      columns={[
        { title: 'Event' },
        { title: '24 hours', number: true },
        { title: '7 days', number: true, wide: true },
        { title: 'In all', number: true, wide: true },
        { title: 'Last seen' },
        { title: 'First seen', wide: true },
      ]}
      rows={schema.events.lines.map(({ type, name, day, week, total, first, last }) => [
        <>
          <a class="wrap" href={`${path}/event?${linkQuery({ type, name })}`}>
            {name ?? type}
          </a>
          {name !== null && <span class="under">{type}</span>}
        </>,
        day.toLocaleString('en-GB'),
        week.toLocaleString('en-GB'),
        total.toLocaleString('en-GB'),
        <Ago at={last} now={now} />,
        <Ago at={first} now={now} />,
      ])}
    />
  )
}

function linkQuery({ type, name }: { type: string; name: string | null }): string {
  return new URLSearchParams({ type, ...(name !== null && { name }) }).toString()
}
