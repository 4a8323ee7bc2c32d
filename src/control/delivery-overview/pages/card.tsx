import type { Child } from 'hono/jsx'
import { EVENT_TYPES } from '../../../event/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { FilterSelect } from '../../../ui/components/filter-select.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { plural, unitOf } from '../../../ui/counts.ts'
import { Chart } from '../../destinations/pages/index.ts'
import { meaningsOf } from '../../meanings.ts'
import { OVERVIEW_SPANS, type OverviewSpan, type SpanQuery } from '../spans.ts'
import type { OverviewLine, OverviewStep, StepFigures, Summary } from '../summary.ts'
import { type OverviewAsked, overviewLink } from './asked.ts'

const SPAN_NAMES: Readonly<Record<OverviewSpan, string>> = {
  '1h': '1 hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
}

export const STEP_NAMES: Readonly<Record<OverviewStep, string>> = {
  received: 'Received',
  rejected: 'Rejected',
  filteredAtSource: 'Filtered at source',
  filtered: 'Filtered at destination',
  failed: 'Failed',
  delivered: 'Delivered',
}

/** What each step counts, under its number. */
const STEP_WORDS: Readonly<Record<OverviewStep, string>> = {
  received: 'valid ones, each once',
  rejected: 'at the door',
  filteredAtSource: 'no source filters',
  filtered: 'by rules or by the receiver',
  failed: 'given up',
  delivered: 'the receiver has them',
}

/** In which order they are listed: what went wrong stands first. */
const LISTED: readonly OverviewStep[] = ['failed', 'rejected', 'filtered', 'filteredAtSource', 'delivered', 'received']

const TONES: Partial<Record<OverviewStep, string>> = { rejected: 'warn', failed: 'bad' }

/** Names and reasons that a filter offers, and lines of the table. */
const MOST_OFFERED = 50
const MOST_LINES = 100

interface OverviewProps {
  /** The page's own path, which takes what was asked for. */
  path: string
  asked: OverviewAsked
  /** Of what was asked for, and of everything in the span. */
  summary: Summary
  all: Summary
  /** Where a step's number leads. */
  links: Partial<Record<OverviewStep, string>>
  /** What is not counted yet, if anything is, in a sentence. */
  behind: string | null
  /** What the picture shows, and what of it came in. */
  picture?: string
  /** Below what there was of each. */
  children?: Child
}

/** Each step of the way over a span: filters, figures, a picture, and what there was of each, as a table. */
export function OverviewCard({ path, asked, summary, all, links, behind, picture, children }: OverviewProps) {
  const { steps, resent, lines } = summary
  const { query } = asked
  return (
    <Card
      id="delivery-overview"
      title="Delivery overview"
      lead={`What became of events on their way, by when it was decided. ${stepLead(query)}${behind === null ? '' : ` ${behind}`}`}
      actions={<Spans path={path} asked={asked} />}
    >
      <Filters path={path} asked={asked} lines={all.lines} />
      <div id="found" class="stack">
        <Figures>
          {steps.map((one) => (
            <StepFigure of={one} href={links[one.step]} resent={resent} />
          ))}
        </Figures>
        <Picture query={query} steps={steps} title={picture ?? 'At the destination'} />
        <Lines path={path} asked={asked} lines={lines} />
        {children}
      </div>
    </Card>
  )
}

function StepFigure({
  of: { step, total },
  href,
  resent,
}: {
  of: StepFigures
  href: string | undefined
  resent: number
}) {
  const again = step === 'failed' && resent > 0 ? `, ${resent.toLocaleString('en-GB')} sent once more since` : ''
  return (
    <Figure
      label={STEP_NAMES[step]}
      value={total ?? '–'}
      {...(total !== null && { unit: unitOf(total, 'event') })}
      span={total === null ? 'does not say what is filtered by' : STEP_WORDS[step] + again}
      tone={total ? TONES[step] : undefined}
      href={total ? href : undefined}
    />
  )
}

function Picture({ query, steps, title }: { query: SpanQuery; steps: readonly StepFigures[]; title: string }) {
  const seriesOf = (wanted: OverviewStep) => steps.find(({ step }) => step === wanted)?.series ?? []
  const told = steps.filter(({ total }) => total).map(({ step, total }) => `${STEP_NAMES[step]} ${total}`)
  return (
    <Chart
      id="ways"
      title={title}
      description={told.length === 0 ? 'Nothing happened in this time.' : `${told.join(', ')}.`}
      kind="bars"
      series={[
        { name: 'Delivered', look: 'good', values: seriesOf('delivered') },
        { name: 'Filtered', look: 'first', values: seriesOf('filtered') },
        { name: 'Failed', look: 'bad', values: seriesOf('failed') },
      ]}
      mostWords={(most) => `${plural(most, 'event')} in ${eachWords(query)}`}
      from={clock(query.from, query)}
      until={clock(query.until, query)}
    />
  )
}

function Lines({ path, asked, lines }: { path: string; asked: OverviewAsked; lines: readonly OverviewLine[] }) {
  if (lines.length === 0) return <p class="help">Nothing like this in {SPAN_NAMES[asked.query.span]}.</p>
  const shown = lines
    .toSorted((a, b) => LISTED.indexOf(a.step) - LISTED.indexOf(b.step) || b.events - a.events)
    .slice(0, MOST_LINES)
  const { meanings } = meaningsOf(lines.map(({ reason }) => reason))
  return (
    <>
      <Table
        caption={`What became of events in ${SPAN_NAMES[asked.query.span]}`}
        columns={[{ title: 'What became of it' }, { title: 'Event' }, { title: 'Events', number: true }]}
        rows={shown.map((line) => [
          <>
            {STEP_NAMES[line.step]}
            {line.reason !== null && (
              <span class="under">
                <a href={overviewLink(path, asked, { reason: line.reason })}>{meanings[line.reason] ?? line.reason}</a>
              </span>
            )}
          </>,
          <EventOf line={line} path={path} asked={asked} />,
          line.events.toLocaleString('en-GB'),
        ])}
      />
      {lines.length > MOST_LINES && (
        <p class="help">{plural(lines.length - MOST_LINES, 'further line')} are not shown: filter for them.</p>
      )}
    </>
  )
}

function EventOf({
  line: { step, eventType, eventName },
  path,
  asked,
}: {
  line: OverviewLine
  path: string
  asked: OverviewAsked
}) {
  if (eventType === null)
    return <span class="soft">{step === 'rejected' ? 'not told by name' : 'without a look at it'}</span>
  if (typeof eventName !== 'string')
    return (
      <>
        {eventType}
        {eventName === undefined && <span class="under">of further names</span>}
      </>
    )
  return (
    <>
      <a class="wrap" href={overviewLink(path, asked, { eventType, eventName })}>
        {eventName}
      </a>
      <span class="under">{eventType}</span>
    </>
  )
}

function Filters({
  path,
  asked: { query, filter },
  lines,
}: {
  path: string
  asked: OverviewAsked
  lines: readonly OverviewLine[]
}) {
  const offered = (all: readonly (string | null | undefined)[], own: string | undefined) =>
    [...new Set([...(own === undefined ? [] : [own]), ...all.filter((one) => typeof one === 'string')])]
      .slice(0, MOST_OFFERED)
      .toSorted()
  const names = offered(
    lines.map(({ eventName }) => eventName),
    filter.eventName,
  )
  const reasons = offered(
    lines.map(({ reason }) => reason),
    filter.reason,
  )
  const { meanings } = meaningsOf(reasons)
  return (
    <form class="search" method="get" action={path}>
      <input type="hidden" name="period" value={query.span} />
      <FilterSelect
        name="eventType"
        label="Call"
        all="All calls"
        value={filter.eventType ?? ''}
        options={EVENT_TYPES.map((one) => [one, one])}
      />
      <FilterSelect
        name="eventName"
        label="Event name"
        all="All names"
        value={filter.eventName ?? ''}
        options={names.map((one) => [one, one])}
      />
      <FilterSelect
        name="reason"
        label="Reason"
        all="All reasons"
        value={filter.reason ?? ''}
        options={reasons.map((one) => [one, short(meanings[one] ?? one)])}
      />
      <button class="button button-plain" type="submit">
        Filter
      </button>
    </form>
  )
}

function Spans({ path, asked }: { path: string; asked: OverviewAsked }) {
  return (
    <nav class="tags" aria-label="Period">
      {OVERVIEW_SPANS.map((span) => (
        <a
          class="button button-plain button-small"
          href={overviewLink(path, asked, { period: span })}
          aria-current={span === asked.query.span ? 'true' : undefined}
        >
          {SPAN_NAMES[span]}
        </a>
      ))}
    </nav>
  )
}

function stepLead({ span }: SpanQuery): string {
  if (span === '1h') return 'Ten minutes a step; those that run are the last.'
  return span === '30d'
    ? 'Days are those of UTC; the one that runs is the last.'
    : 'By the hour; the one that runs is the last.'
}

function eachWords({ span }: SpanQuery): string {
  if (span === '1h') return 'ten minutes'
  return span === '30d' ? 'a day' : 'an hour'
}

function clock(at: number, { span }: SpanQuery): string {
  const iso = new Date(at).toISOString()
  return span === '30d' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

function short(words: string): string {
  return words.length > 60 ? `${words.slice(0, 59)}…` : words
}
