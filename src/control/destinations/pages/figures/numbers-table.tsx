import type { PeriodFigures, Point } from '../../../../lane/index.ts'
import { Table } from '../../../../ui/components/table.tsx'
import { countWords, delayWords, shareWords } from './numbers.ts'
import { clockWords, SPANS, stepWords } from './span.ts'

const COLUMNS = [
  { title: 'From' },
  { title: 'Accepted', number: true },
  { title: 'Delivered', number: true },
  { title: 'Filtered', number: true },
  { title: 'Failed attempts', number: true },
  { title: 'Dead', number: true },
  { title: 'Success', number: true },
  { title: 'Delay p50', number: true },
  { title: 'Delay p95', number: true },
]

/** The pictures as numbers. Steps in which nothing happened are left out. */
export function NumbersTable({ figures }: { figures: PeriodFigures }) {
  const { points, period, stepMs } = figures
  const busy = points.filter(hasAny).toReversed()
  const caption = `What happened ${SPANS[period]}, in events`
  return (
    <details class="more">
      <summary>The same as a table</summary>
      {busy.length === 0 ? (
        <p class="help">Nothing happened {SPANS[period]}.</p>
      ) : (
        <>
          <p class="help">
            Each row is {stepWords(stepMs)}, the newest first; those in which nothing happened are left out. Unit:
            events.
          </p>
          <Table
            caption={caption}
            columns={COLUMNS}
            rows={busy.map((point) => [
              <time datetime={point.at}>{clockWords(point.at, period)}</time>,
              countWords(point.accepted),
              countWords(point.delivered),
              countWords(point.filtered),
              countWords(point.failedAttempts),
              countWords(point.dead),
              shareWords(point.successRate),
              delayWords(point.p50Ms),
              delayWords(point.p95Ms),
            ])}
          />
        </>
      )}
    </details>
  )
}

function hasAny({ accepted, delivered, filtered, failedAttempts, dead, redriven }: Point): boolean {
  return accepted + delivered + filtered + failedAttempts + dead + redriven > 0
}
