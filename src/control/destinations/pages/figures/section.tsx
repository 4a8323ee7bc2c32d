import type { Child } from 'hono/jsx'
import { type PeriodFigures, type LaneMetrics, PERIODS } from '../../../../lane/index.ts'
import { Card } from '../../../../ui/components/card.tsx'
import { Notice } from '../../../../ui/components/notice.tsx'
import { LastFailures } from './failures.tsx'
import { NumbersTable } from './numbers-table.tsx'
import { countWords, delayWords, rateWords, shareWords } from './numbers.ts'
import { DeadFigure, PendingFigure } from '../ledger.tsx'
import { Pictures, SuccessPicture } from './pictures.tsx'
import { PERIOD_NAMES, SPANS } from './span.ts'
import { countOf, standingOf } from './standing.ts'
import { unitOf } from '../../../../ui/counts.ts'

interface DeliveryProps {
  /** With figures of a period. */
  metrics: LaneMetrics & { figures: PeriodFigures }
  /** The page's own path, which takes `?period=`. */
  path: string
}

/** How a destination fares, at first sight: five figures and two pictures. */
export function DeliveryCard({ metrics: { figures, ledger }, path }: DeliveryProps) {
  const { total, period } = figures
  const span = SPANS[period]
  return (
    <Card
      id="delivery"
      title="Delivery"
      lead={`What happened ${span}, and what waits now.`}
      actions={<Periods path={path} current={period} />}
    >
      <dl class="figures">
        <Number name="delivered" label="Delivered" value={total.delivered} unit="event" span={span} />
        <Number name="successRate" label="Success" value={total.successRate} span={`of attempts ${span}`}>
          {shareWords(total.successRate)}
        </Number>
        <Number name="p95Ms" label="Delay, 95 %" value={total.p95Ms} span={`accepted to delivered ${span}`}>
          {delayWords(total.p95Ms)}
        </Number>
        <PendingFigure ledger={ledger} />
        <DeadFigure ledger={ledger} path={path} />
      </dl>
      <Pictures figures={figures} />
    </Card>
  )
}

/** All other figures of the period. */
export function MoreFigures({ figures }: { figures: PeriodFigures }) {
  return (
    <Card
      title="More figures"
      lead={`What else happened ${SPANS[figures.period]}: attempts are counted when they are made, events when they come.`}
    >
      <Headline figures={figures} />
      <SuccessPicture figures={figures} />
      <NumbersTable figures={figures} />
      <Breakdown figures={figures} />
    </Card>
  )
}

/** The newest failure of each kind. */
export function FailuresCard({ metrics, now }: { metrics: LaneMetrics; now: number }) {
  return (
    <Card
      id="failures"
      title="Last failures"
      lead="The newest of each kind, with request and response cut to 2,000 characters; what is secret is hidden."
    >
      <LastFailures failures={metrics.failures} now={now} />
    </Card>
  )
}

/** How the lane stands at the moment, in words. */
export function StandingNotice({ metrics, now, children }: { metrics: LaneMetrics; now: number; children?: Child }) {
  const { tone, title, text } = standingOf(metrics, now)
  return (
    <Notice tone={tone} title={title}>
      {text}
      {children}
    </Notice>
  )
}

function Periods({ path, current }: { path: string; current: string }) {
  return (
    <nav class="tags" aria-label="Period">
      {PERIODS.map((period) => (
        <a
          class="button button-plain button-small"
          href={`${path}?period=${period}#delivery`}
          aria-current={period === current ? 'true' : undefined}
        >
          {PERIOD_NAMES[period]}
        </a>
      ))}
    </nav>
  )
}

function Headline({ figures: { total, period } }: { figures: PeriodFigures }) {
  const span = SPANS[period]
  const rate = rateWords(total.deliveredPerSecond)
  return (
    <dl class="figures">
      <Number
        name="deliveredPerSecond"
        label="Throughput"
        value={total.deliveredPerSecond}
        span={`${rate.unit}, on the average ${span}`}
      >
        {rate.value}
      </Number>
      <Number name="p50Ms" label="Delay, half of all" value={total.p50Ms} span={`accepted to delivered ${span}`}>
        {delayWords(total.p50Ms)}
      </Number>
      <Number name="accepted" label="Accepted" value={total.accepted} unit="event" span={span} />
      <Number name="filtered" label="Filtered" value={total.filtered} unit="event" span={span} />
      <Number name="failedAttempts" label="Failed attempts" value={total.failedAttempts} unit="attempt" span={span} />
      <Number
        name="retried"
        label="To be tried again"
        value={total.retried}
        unit="attempt"
        span={`of these, ${span}`}
      />
      <Number name="dead" label="Given up" value={total.dead} unit="event" span={span} />
      {total.redriven > 0 && (
        <Number name="redriven" label="Sent once more" value={total.redriven} unit="event" span={span} />
      )}
    </dl>
  )
}

interface NumberProps {
  /** As the API calls it. */
  name: string
  label: string
  /** As the API has it; shown by `children` where that is not how people say it. */
  value: number | null
  /** Of one. */
  unit?: string
  span: string
  children?: Child
}

function Number({ name, label, value, unit, span, children }: NumberProps) {
  return (
    <div class="figure" id={`figure-${name}`}>
      <dt>{label}</dt>
      <dd>
        <data class="figure-value" value={value === null ? '' : String(value)}>
          {children ?? countWords(value ?? 0)}
        </data>
        {unit !== undefined && <span class="figure-unit"> {unitOf(value ?? 0, unit)}</span>}
        <span class="figure-span">{span}</span>
      </dd>
    </div>
  )
}

function Breakdown({ figures: { total, period } }: { figures: PeriodFigures }) {
  const { dead, filtered, failedAttempts } = total.breakdown
  const lists: [string, Record<string, number>][] = [
    ['Failed attempts', failedAttempts],
    ['Given up', dead],
    ['Filtered', filtered],
  ]
  const told = lists.filter(([, counts]) => Object.keys(counts).length > 0)
  if (told.length === 0) return null
  return (
    <details class="more">
      <summary>By reason</summary>
      {told.map(([title, counts]) => (
        <>
          <h3>
            {title} <span class="soft">{SPANS[period]}</span>
          </h3>
          <ul class="plain">
            {Object.entries(counts)
              .toSorted(([, a], [, b]) => b - a)
              .map(([code, n]) => (
                <li>
                  {countOf(n, code)} <code>{code}</code>
                </li>
              ))}
          </ul>
        </>
      ))}
    </details>
  )
}
