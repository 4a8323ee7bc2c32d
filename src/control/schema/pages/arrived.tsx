import type { Arrived, AtStep, StepQuery } from '../../../statistics/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Table } from '../../../ui/components/table.tsx'
import { plural, unitOf } from '../../../ui/counts.ts'
import { Chart } from '../../destinations/pages/index.ts'
import { codeWords } from '../../events/index.ts'
import { EACH, filled, SPAN_NAMES, type SpanName, stepClock } from './spans.ts'

const NOTHING: Arrived = {
  requests: 0,
  received: 0,
  duplicates: 0,
  rejected: {},
  archived: 0,
  unreadable: 0,
  types: {},
}

interface ArrivedProps {
  /** The page's own path, which takes `?period=`. */
  path: string
  /** Where rejected events are seen. */
  rejectedPath: string
  span: SpanName
  steps: StepQuery
  points: readonly AtStep<Arrived>[]
}

/** What came in over a span: archived, duplicates and rejected, as figures, picture and table. */
export function ArrivedCard({ path, rejectedPath, span, steps, points }: ArrivedProps) {
  const values = filled(steps, points, NOTHING)
  const archived = values.map((one) => one.archived)
  const duplicates = values.map((one) => one.duplicates)
  const rejected = values.map((one) => sum(Object.values(one.rejected)))
  const unreadable = sum(values.map((one) => one.unreadable))
  const words = `in ${SPAN_NAMES[span]}`
  const reasons = reasonsOf(points)
  return (
    <Card
      title="What came in"
      lead={`Each ${steps.step} of UTC; the one that runs is the last.`}
      actions={<Spans path={path} current={span} />}
    >
      <Figures>
        <Figure label="Archived" value={sum(archived)} unit={unitOf(sum(archived), 'event')} span={words} />
        <Figure label="Duplicates" value={sum(duplicates)} unit={unitOf(sum(duplicates), 'event')} span="dropped" />
        <Figure
          label="Rejected"
          value={sum(rejected)}
          unit={unitOf(sum(rejected), 'event')}
          span={words}
          tone={sum(rejected) > 0 ? 'warn' : undefined}
        />
        <Figure
          label="Requests"
          value={sum(values.map((one) => one.requests))}
          unit={unitOf(sum(values.map((one) => one.requests)), 'request')}
          span={words}
        />
      </Figures>
      <Chart
        id="arrived"
        title={`By the ${steps.step}`}
        description={`${plural(sum(archived), 'event')} archived, ${plural(sum(duplicates), 'duplicate')} and ${plural(sum(rejected), 'rejected event')} ${words}.`}
        kind="bars"
        series={[
          { name: 'Archived', look: 'good', values: archived },
          { name: 'Duplicates', look: 'first', values: duplicates },
          { name: 'Rejected', look: 'bad', values: rejected },
        ]}
        mostWords={(most) => `${plural(most, 'event')} in ${EACH[steps.step]}`}
        from={stepClock(steps.from, steps.step)}
        until={stepClock(steps.until, steps.step)}
      />
      {reasons.length > 0 && (
        <ul class="plain reasons">
          {reasons.map(([code, count]) => (
            <li>
              {plural(count, 'event')} rejected: {codeWords(code)} <code>{code}</code>
            </li>
          ))}
          <li>
            <a href={rejectedPath}>See the last of them in the debugger</a>
          </li>
        </ul>
      )}
      {unreadable > 0 && (
        <p class="help">
          {plural(unreadable, 'event')} of these could not be read in the archive any more, and so have no name here.
        </p>
      )}
      <Numbers steps={steps} points={points} words={words} />
    </Card>
  )
}

/** The picture as numbers. Steps in which nothing came are left out. */
function Numbers({ steps, points, words }: Pick<ArrivedProps, 'steps' | 'points'> & { words: string }) {
  return (
    <details class="more">
      <summary>The same as a table</summary>
      {points.length === 0 ? (
        <p class="help">Nothing came {words}.</p>
      ) : (
        <Table
          caption={`What came ${words}, in events`}
          columns={[
            { title: 'From' },
            { title: 'Archived', number: true },
            { title: 'Duplicates', number: true },
            { title: 'Rejected', number: true },
            { title: 'Requests', number: true },
          ]}
          rows={points
            .toReversed()
            .map(({ at, value }) => [
              <time datetime={new Date(at).toISOString()}>{stepClock(at, steps.step)}</time>,
              value.archived.toLocaleString('en-GB'),
              value.duplicates.toLocaleString('en-GB'),
              sum(Object.values(value.rejected)).toLocaleString('en-GB'),
              value.requests.toLocaleString('en-GB'),
            ])}
        />
      )}
    </details>
  )
}

function Spans({ path, current }: { path: string; current: SpanName }) {
  return (
    <nav class="tags" aria-label="Period">
      {Object.entries(SPAN_NAMES).map(([span, words]) => (
        <a
          class="button button-plain button-small"
          href={`${path}?period=${span}`}
          aria-current={span === current ? 'true' : undefined}
        >
          {words}
        </a>
      ))}
    </nav>
  )
}

function reasonsOf(points: readonly AtStep<Arrived>[]): [code: string, count: number][] {
  const reasons = new Map<string, number>()
  for (const { value } of points)
    for (const [code, n] of Object.entries(value.rejected)) reasons.set(code, (reasons.get(code) ?? 0) + n)
  return [...reasons].toSorted(([, a], [, b]) => b - a)
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}
