import { isoTime } from '../../../event/index.ts'
import { type Arrived, type AtStep, HOUR_MS, type StepQuery } from '../../../statistics/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { plural } from '../../../ui/counts.ts'
import { Chart } from '../../destinations/pages/index.ts'
import type { ControlDeps } from '../../request.ts'

const HOURS = 24

/** What came in hour by hour, up to the hour that runs. */
export interface SourceTraffic {
  steps: StepQuery
  points: AtStep<Arrived>[]
}

/** `null` when it cannot be told at the moment: the page is of use without it. */
export async function trafficOf(id: string, { statistics, ctx }: ControlDeps): Promise<SourceTraffic | null> {
  const until = (Math.floor(ctx.now() / HOUR_MS) + 1) * HOUR_MS
  const steps: StepQuery = { step: 'hour', from: until - HOURS * HOUR_MS, until }
  try {
    return { steps, points: (await statistics(id).arrived(steps)).points }
  } catch (error) {
    ctx.log('warn', 'statistics do not answer a page', { source: id, error: String(error) })
    return null
  }
}

/** A picture of the last 24 hours; the numbers are on the page that it leads to. */
export function TrafficCard({ id, traffic: { steps, points } }: { id: string; traffic: SourceTraffic }) {
  const values = (of: (arrived: Arrived) => number) => {
    const all = Array<number>(HOURS).fill(0)
    for (const { at, value } of points) all[(at - steps.from) / HOUR_MS] = of(value)
    return all
  }
  const archived = values((one) => one.archived)
  const rejected = values((one) => sum(Object.values(one.rejected)))
  return (
    <Card
      title="What came in"
      lead="By the hour, in the last 24 hours; the hour that runs is the last."
      actions={
        <a class="button button-plain button-small" href={`/sources/${id}/schema`}>
          By name
        </a>
      }
    >
      <Chart
        id="traffic"
        title="Events"
        description={`${plural(sum(archived), 'event')} taken in and ${plural(sum(rejected), 'event')} rejected in 24 hours.`}
        kind="bars"
        series={[
          { name: 'Taken in', look: 'good', values: archived },
          { name: 'Rejected', look: 'bad', values: rejected },
        ]}
        mostWords={(most) => `${plural(most, 'event')} in an hour`}
        from={clock(steps.from)}
        until={clock(steps.until)}
      />
    </Card>
  )
}

function clock(at: number): string {
  const iso = isoTime(at)
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}

function sum(all: readonly number[]): number {
  return all.reduce((a, b) => a + b, 0)
}
