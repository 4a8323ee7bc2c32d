import type { PeriodFigures } from '../../../../lane/index.ts'
import { Chart } from './chart.tsx'
import { plural } from '../../../../ui/counts.ts'
import { countWords, delayWords, shareWords } from './numbers.ts'
import { clockWords, SPANS, stepWords } from './span.ts'

/** Throughput and delay over a period, each as a picture; the numbers are in the table. */
export function Pictures({ figures }: { figures: PeriodFigures }) {
  const { points, total, period, from, until, stepMs } = figures
  const ends = { from: clockWords(from, period), until: clockWords(until, period) }
  const each = stepWords(stepMs)
  const span = SPANS[period]
  return (
    <div class="charts">
      <Chart
        id="throughput"
        title="Attempts"
        description={`${countWords(total.delivered)} delivered and ${countWords(total.failedAttempts)} failed attempts ${span}.`}
        kind="bars"
        series={[
          { name: 'Delivered', look: 'good', values: points.map(({ delivered }) => delivered) },
          { name: 'Failed', look: 'bad', values: points.map(({ failedAttempts }) => failedAttempts) },
        ]}
        mostWords={(most) => `${plural(most, 'attempt')} in ${each}`}
        {...ends}
      />
      <Chart
        id="delay"
        title="Delay"
        description={
          total.p50Ms === null
            ? `No event was delivered ${span}.`
            : `Half of the events delivered ${span} took up to ${delayWords(total.p50Ms)}, 95 % up to ${delayWords(total.p95Ms)}.`
        }
        kind="lines"
        series={[
          { name: 'p95', look: 'second', values: points.map(({ p95Ms }) => p95Ms) },
          { name: 'p50', look: 'first', values: points.map(({ p50Ms }) => p50Ms) },
        ]}
        mostWords={(most) => `${delayWords(Math.round(most))} from accepted to delivered`}
        {...ends}
      />
    </div>
  )
}

/** The share of attempts that succeeded, as a picture. */
export function SuccessPicture({ figures }: { figures: PeriodFigures }) {
  const { points, total, period, from, until } = figures
  const span = SPANS[period]
  return (
    <div class="charts">
      <Chart
        id="success"
        title="Success"
        description={
          total.successRate === null
            ? `No attempt was made ${span}.`
            : `${shareWords(total.successRate)} of all attempts ${span} succeeded.`
        }
        kind="lines"
        series={[{ name: 'Success', look: 'good', values: points.map(({ successRate }) => successRate) }]}
        most={1}
        mostWords={() => '100 % of attempts'}
        from={clockWords(from, period)}
        until={clockWords(until, period)}
      />
    </div>
  )
}
