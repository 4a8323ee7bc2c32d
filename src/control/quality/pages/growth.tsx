import { titleOf } from '../../../integrations/index.ts'
import { deadWords } from '../../../lane/index.ts'
import { Badge } from '../../../ui/components/badge.tsx'
import { Button } from '../../../ui/components/button.tsx'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import type { PanelContext } from '../../../ui/context.ts'
import { plural } from '../../../ui/counts.ts'
import { shortDuration } from '../../../ui/duration.ts'
import { showPage } from '../../../ui/layout/page.tsx'
import { Chart } from '../../destinations/pages/index.ts'
import { getLiving } from '../../lifecycle/index.ts'
import { lifeHead } from '../../lifecycle/pages/index.ts'
import type { ControlDeps } from '../../request.ts'
import { type DayFigures, sumOfRows, type Fares, faresOf } from '../figures.ts'
import { dateOf } from '../present.ts'
import { growthOf, type Growth, type IntegrationDay, type ShownSample } from '../queries.ts'
import { reviewHead } from './review-head.tsx'

const SHOWN_DAYS = 30
/** Reasons and versions of which a page tells. */
const MOST_LINES = 20

/** `GET /integrations/:id/growth`: how an integration fares, for its partner. Two queries. */
export async function showGrowth(c: PanelContext, { db, ctx }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const living = await getLiving(db, id, c.var.access.workspaceId)
  const growth = await growthOf(db, id, SHOWN_DAYS)
  const children = (
    <>
      <GrowthCards of={growth} now={ctx.now()} />
      <div class="actions">
        <Button href={`/integrations/${id}/growth/samples`}>Failures of customers who show them</Button>
      </div>
    </>
  )
  return showPage(c, { ...lifeHead(living, 'growth', c.var.access), children })
}

/** `GET /submissions/:id/growth`: the same for reviewers. Two queries. */
export async function showSubmissionGrowth(c: PanelContext, { db, ctx }: ControlDeps) {
  const id = c.req.param('id') ?? ''
  const { integration } = await getLiving(db, id)
  const growth = await growthOf(db, id, SHOWN_DAYS)
  return showPage(c, {
    ...reviewHead(integration.id, titleOf(integration), 'Growth'),
    children: <GrowthCards of={growth} now={ctx.now()} />,
  })
}

function GrowthCards({ of: growth, now }: { of: Growth; now: number }) {
  const { days, samples, connected } = growth
  const told = faresOf(sumOfRows(days))
  const byDay = Array.from({ length: SHOWN_DAYS }, (_, n) => {
    const rows = days.filter(({ day }) => day === growth.from + n)
    return { day: growth.from + n, customers: customersIn(rows), ...faresOf(sumOfRows(rows)) }
  })
  const versions = [...Map.groupBy(days, ({ version }) => version)].toSorted(([a], [b]) => b - a)
  const span = { from: dateOf(growth.from), until: dateOf(growth.from + SHOWN_DAYS - 1) }
  return (
    <>
      <Card
        title="Thirty days"
        lead="Of all customers together; your own workspace and sandboxes are left out. Hourly."
      >
        <Figures>
          <Figure label="Customers" value={connected} span="have it switched on" />
          <Figure label="Delivered" value={told.delivered} unit="events" />
          <Figure label="Success" value={shareWords(told.success)} span="of what was delivered or given up" />
          <Figure label="Delay" value={delayWords(told.p50Ms)} span={`half of it; 95 %: ${delayWords(told.p95Ms)}`} />
          <Figure label="Given up" value={told.failed} unit="events" tone={told.failed > 0 ? 'bad' : undefined} />
          <Figure label="Breaker opened" value={told.opened} unit={told.opened === 1 ? 'time' : 'times'} />
        </Figures>
        <Chart
          id="events"
          title="Events"
          description={`${plural(told.delivered, 'event')} delivered, ${told.failed.toLocaleString('en-GB')} given up.`}
          kind="bars"
          series={[
            { name: 'Delivered', look: 'good', values: byDay.map(({ delivered }) => delivered) },
            { name: 'Given up', look: 'bad', values: byDay.map(({ failed }) => failed) },
          ]}
          mostWords={(most) => `${plural(most, 'event')} a day`}
          {...span}
        />
        <Chart
          id="customers"
          title="Customers with deliveries"
          description={`At most ${Math.max(0, ...byDay.map(({ customers }) => customers))} on a day.`}
          kind="bars"
          series={[{ name: 'Customers', look: 'first', values: byDay.map(({ customers }) => customers) }]}
          mostWords={(most) => plural(most, 'customer')}
          {...span}
        />
        <Chart
          id="delays"
          title="Delay"
          description="From accepted to delivered, half and 95 % of the events of each day."
          kind="lines"
          series={[
            { name: '50 %', look: 'first', values: byDay.map(({ p50Ms }) => p50Ms) },
            { name: '95 %', look: 'second', values: byDay.map(({ p95Ms }) => p95Ms) },
          ]}
          mostWords={(most) => delayWords(most)}
          {...span}
        />
      </Card>
      <Reasons of={told} samples={samples} now={now} />
      {versions.length > 0 && (
        <FiguresTable
          title="By version"
          lines={versions.slice(0, MOST_LINES).map(([version, rows]) => [`Version ${version}`, rows] as const)}
        />
      )}
      <FiguresTable
        title="By day"
        lines={byDay
          .toReversed()
          .map(({ day }) => [dateOf(day), days.filter((row) => row.day === day)] as const)
          .filter(([, rows]) => rows.length > 0)}
      />
    </>
  )
}

/** Days in planned hours and beside them have customers in common; versions have none. */
function customersIn(rows: readonly IntegrationDay[]): number {
  const versions = Map.groupBy(rows, ({ version }) => version)
  return [...versions.values()].reduce((n, some) => n + Math.max(...some.map(({ customers }) => customers)), 0)
}

function FiguresTable({ title, lines }: { title: string; lines: readonly (readonly [string, IntegrationDay[]])[] }) {
  if (lines.length === 0) return null
  return (
    <Card title={title}>
      <Table
        caption={title}
        columns={[
          { title: title === 'By day' ? 'Day' : 'Version' },
          { title: 'Delivered', number: true },
          { title: 'Success', number: true },
          { title: '95 %', number: true },
          { title: 'Given up', number: true, wide: true },
          { title: 'Failed attempts', number: true, wide: true },
          { title: 'Breaker opened', number: true, wide: true },
        ]}
        rows={lines.map(([name, rows]) => figureCells(name, sumOfRows(rows), rows))}
      />
    </Card>
  )
}

function figureCells(name: string, figures: DayFigures, rows: readonly IntegrationDay[]) {
  const told = faresOf(figures)
  return [
    <>
      {name} {rows.some(({ planned }) => planned) && <Badge tone="info">Maintenance</Badge>}
    </>,
    told.delivered.toLocaleString('en-GB'),
    shareWords(told.success),
    delayWords(told.p95Ms),
    told.failed.toLocaleString('en-GB'),
    told.failedAttempts.toLocaleString('en-GB'),
    told.opened.toLocaleString('en-GB'),
  ]
}

function Reasons({
  of: { reasons, errors },
  samples,
  now,
}: {
  of: Fares
  samples: readonly ShownSample[]
  now: number
}) {
  const codes = [...new Set([...Object.keys(reasons), ...Object.keys(errors)])]
    .toSorted((a, b) => (reasons[b] ?? 0) - (reasons[a] ?? 0) || (errors[b] ?? 0) - (errors[a] ?? 0))
    .slice(0, MOST_LINES)
  if (codes.length === 0) return null
  return (
    <Card
      title="Failures by reason"
      lead="What the endpoint said last is shown without any value: ordinary words of errors are kept, … stands for the rest."
    >
      <Table
        caption="Failures by reason"
        columns={[
          { title: 'Reason' },
          { title: 'Given up', number: true },
          { title: 'Failed attempts', number: true, wide: true },
          { title: 'Last answer' },
        ]}
        rows={codes.map((code) => [
          <>
            {deadWords(code)}
            <span class="under">{code}</span>
          </>,
          (reasons[code] ?? 0).toLocaleString('en-GB'),
          (errors[code] ?? 0).toLocaleString('en-GB'),
          <LastAnswer of={samples.find((one) => one.code === code)} now={now} />,
        ])}
      />
    </Card>
  )
}

function LastAnswer({ of, now }: { of: ShownSample | undefined; now: number }) {
  if (!of) return '–'
  const { status, message, responseHeaders, otherHeaders } = of.sample
  return (
    <>
      {status ?? 'No answer'} {message !== null && <q>{message}</q>}
      <span class="under">
        <Ago at={of.at} now={now} />, version {of.version}
        {responseHeaders.length > 0 && `; headers: ${responseHeaders.join(', ')}`}
        {otherHeaders > 0 && ` and ${otherHeaders} of other names`}
      </span>
    </>
  )
}

/** `99.93 %`: never rounded up to all of it. */
function shareWords(share: number | null): string {
  if (share === null) return '–'
  return `${(Math.floor(share * 10_000) / 100).toLocaleString('en-GB')}\u00a0%`
}

function delayWords(ms: number | null): string {
  if (ms === null) return '–'
  return ms < 1_000 ? `${Math.round(ms)}\u00a0ms` : shortDuration(ms).replace(' ', '\u00a0')
}
