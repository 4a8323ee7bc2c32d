import { isoTime } from '../../../event/index.ts'
import type { TrackedOnDay } from '../../../overview/index.ts'
import { DAY_MS } from '../../../statistics/index.ts'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Empty } from '../../../ui/components/empty.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Table } from '../../../ui/components/table.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural, unitOf } from '../../../ui/counts.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { Chart } from '../../destinations/pages/index.ts'
import { usdOf } from '../../prices.ts'
import type { ControlDeps } from '../../request.ts'
import { trackedUsersOf } from '../tracked.ts'
import { usageByDay, usageBySource, type Days, type SourceUsage, type UsageFigures } from '../queries.ts'

/** Sources that the page shows, those that took in most. */
const SHOWN = 50

const NOTHING: UsageFigures = { requests: 0, received: 0, duplicates: 0, rejected: 0, archived: 0 }

/** `GET /usage?month=2026-11` */
export async function showUsage(c: PanelContext, { db, ctx, overview }: ControlDeps) {
  const { workspaceId } = c.var.access
  const month = monthAt(c.req.query('month'), ctx.now())
  const [byDay, bySource, users] = await Promise.all([
    usageByDay(db, workspaceId, month.days),
    usageBySource(db, workspaceId, month.days, SHOWN),
    overview(workspaceId)
      .trackedUsers(month.days.from, month.days.until)
      .catch(() => null),
  ])
  const total = sumOf(byDay)
  return showPage(c, {
    title: 'Usage',
    current: 'usage',
    lead: 'What your sources took in, day by day. Figures of today are a few minutes old.',
    children: (
      <Card title={month.title} lead="Days are those of UTC." actions={<Months of={month} />}>
        {byDay.length === 0 ? (
          <Empty
            icon="source"
            title="Nothing came in this month"
            action={<Button href="/sources">See the sources</Button>}
          >
            As soon as a source takes in its first event, it stands here within a few minutes.
          </Empty>
        ) : (
          <>
            <Totals total={total} users={users} />
            <Picture days={month.days} byDay={byDay} words={month.title} />
            <SourceTable lines={bySource.lines} total={bySource.total} month={month.title} />
            <DayTable byDay={byDay} month={month.title} />
          </>
        )}
      </Card>
    ),
  })
}

interface Month {
  title: string
  days: Days
  previous: string
  /** Absent: it is the present one. */
  next?: string
}

/** The month that is asked for; the present one for anything else. */
function monthAt(text: string | undefined, now: number): Month {
  const [, y, m] = /^(\d{4})-(0[1-9]|1[0-2])$/.exec(text ?? '') ?? []
  const today = new Date(now)
  const present = { year: today.getUTCFullYear(), month: today.getUTCMonth() }
  const { year, month } = y === undefined ? present : { year: Number(y), month: Number(m) - 1 }
  const key = (offset: number) => isoTime(Date.UTC(year, month + offset)).slice(0, 7)
  const isPast = Date.UTC(year, month) < Date.UTC(present.year, present.month)
  return {
    title: new Date(Date.UTC(year, month)).toLocaleString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }),
    days: { from: Date.UTC(year, month) / DAY_MS, until: Date.UTC(year, month + 1) / DAY_MS },
    previous: key(-1),
    ...(isPast && { next: key(1) }),
  }
}

function Months({ of: { previous, next } }: { of: Month }) {
  return (
    <nav class="tags" aria-label="Months">
      <a class="button button-plain button-small" href={`/usage?month=${previous}`} rel="prev">
        Month before
      </a>
      {next !== undefined && (
        <a class="button button-plain button-small" href={`/usage?month=${next}`} rel="next">
          Month after
        </a>
      )}
    </nav>
  )
}

function Totals({ total, users }: { total: UsageFigures; users: readonly TrackedOnDay[] | null }) {
  const last = users?.at(-1)
  const people = last && trackedUsersOf(last)
  return (
    <Figures>
      <Figure
        label="Events"
        value={total.received}
        unit={unitOf(total.received, 'event')}
        span="valid ones, duplicates among them"
      />
      <Figure
        label="Requests"
        value={total.requests}
        unit={unitOf(total.requests, 'request')}
        span="that brought them"
      />
      <Figure
        label="Rejected"
        value={total.rejected}
        unit={unitOf(total.rejected, 'event')}
        tone={total.rejected > 0 ? 'warn' : undefined}
      />
      <Figure
        label="Tracked users"
        value={people ?? '–'}
        {...(people !== undefined && { unit: people === 1 ? 'person' : 'people' })}
        span={users === null ? 'cannot be read at the moment' : 'counted once each, 2 % off'}
      />
      <Figure label="At list prices" value={usd(total)} span="Cloudflare’s, beyond what is included" />
    </Figures>
  )
}

function Picture({
  days: { from, until },
  byDay,
  words,
}: {
  days: Days
  byDay: readonly (UsageFigures & { day: number })[]
  words: string
}) {
  const of = new Map(byDay.map((one) => [one.day, one]))
  const values = Array.from({ length: until - from }, (_, n) => of.get(from + n) ?? NOTHING)
  return (
    <Chart
      id="usage"
      title="Events a day"
      description={`${plural(sumOf(byDay).received, 'event')} in ${words}, day by day.`}
      kind="bars"
      series={[
        { name: 'Events', look: 'first', values: values.map(({ received }) => received) },
        { name: 'Rejected', look: 'bad', values: values.map(({ rejected }) => rejected) },
      ]}
      mostWords={(most) => `${plural(most, 'event')} a day`}
      from={dateOf(from)}
      until={dateOf(until - 1)}
    />
  )
}

function SourceTable({ lines, total, month }: { lines: readonly SourceUsage[]; total: number; month: string }) {
  return (
    <>
      <h3>By source</h3>
      <Table
        caption={`Usage of ${month} by source`}
        columns={[
          { title: 'Source' },
          { title: 'Events', number: true },
          { title: 'Users', number: true, wide: true },
          { title: 'Requests', number: true, wide: true },
          { title: 'Duplicates', number: true, wide: true },
          { title: 'Rejected', number: true, wide: true },
          { title: 'At list prices', number: true },
        ]}
        rows={lines.map((line) => [
          line.name === null ? (
            <>
              A deleted source <span class="under mono">{line.sourceId}</span>
            </>
          ) : (
            <a href={`/sources/${line.sourceId}/schema`}>{line.name}</a>
          ),
          ...withUsers(figures(line), line.users),
        ])}
      />
      {total > lines.length && (
        <p class="help">
          {plural(total - lines.length, 'source')} with fewer events are not listed; the API has all of them.
        </p>
      )}
    </>
  )
}

function DayTable({ byDay, month }: { byDay: readonly (UsageFigures & { day: number })[]; month: string }) {
  return (
    <details class="more">
      <summary>By day, as a table</summary>
      <Table
        caption={`Usage of ${month} by day`}
        columns={[
          { title: 'Day' },
          { title: 'Events', number: true },
          { title: 'Requests', number: true, wide: true },
          { title: 'Duplicates', number: true, wide: true },
          { title: 'Rejected', number: true, wide: true },
          { title: 'At list prices', number: true },
        ]}
        rows={byDay
          .toReversed()
          .map((line) => [<time datetime={dateOf(line.day)}>{dateOf(line.day)}</time>, ...figures(line)])}
      />
    </details>
  )
}

/** After the events. */
function withUsers([events = '', ...rest]: string[], users: number): string[] {
  return [events, users === 0 ? '–' : users.toLocaleString('en-GB'), ...rest]
}

function figures(of: UsageFigures): string[] {
  const { received, requests, duplicates, rejected } = of
  return [...[received, requests, duplicates, rejected].map((n) => n.toLocaleString('en-GB')), usd(of)]
}

/** In dollars, with as many digits as say something. */
function usd({ requests, archived }: UsageFigures): string {
  const dollars = usdOf({ requests, events: archived })
  if (dollars > 0 && dollars < 0.01) return '< $0.01'
  return `$${dollars.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`
}

function sumOf(all: readonly UsageFigures[]): UsageFigures {
  const sum = { ...NOTHING }
  for (const one of all) for (const name of Object.keys(sum) as (keyof UsageFigures)[]) sum[name] += one[name]
  return sum
}

function dateOf(day: number): string {
  return isoTime(day * DAY_MS).slice(0, 10)
}
