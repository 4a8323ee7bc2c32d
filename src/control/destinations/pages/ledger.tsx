import type { LaneMetrics } from '../../../lane/index.ts'
import { DeadReasons } from '../../dead-letters/pages/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Notice } from '../../../ui/components/notice.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural, unitOf } from '../../../ui/counts.ts'

/** What the lane owes and has done: accepted = delivered + filtered + pending + dead, at all times. */
export function LedgerCard({ metrics, path, now }: { metrics: LaneMetrics | null; path: string; now: number }) {
  if (!metrics) {
    return (
      <Notice tone="warn" title="The lane does not answer at the moment.">
        Events are kept and sent all the same. Look again in a minute.
      </Notice>
    )
  }
  const { ledger } = metrics
  const { accepted, delivered, filtered, pending, dead, oldestPendingAt } = ledger
  return (
    <Card
      title="Ledger"
      lead="Since the destination began. Every event that was accepted is in exactly one of the others."
    >
      <Figures>
        <Figure label="Accepted" value={accepted} unit={unit(accepted)} />
        <Figure label="Delivered" value={delivered} unit={unit(delivered)} tone={delivered > 0 ? 'good' : undefined} />
        <Figure label="Filtered" value={filtered} unit={unit(filtered)} />
        <Figure label="Pending" value={pending} unit={unit(pending)} />
        <Figure
          label="Dead letters"
          value={dead}
          unit={unit(dead)}
          {...(dead > 0 && { tone: 'bad', href: `${path}/dead-letters` })}
        />
      </Figures>
      {dead > 0 && <DeadReasons dead={metrics.dead} path={path} />}
      {metrics.redriving && <p class="help">Dead letters are being sent again, some hundreds a second.</p>}
      {oldestPendingAt !== null && (
        <p class="help">
          The oldest pending event was accepted <Ago at={Date.parse(oldestPendingAt)} now={now} />.
        </p>
      )}
    </Card>
  )
}

const unit = (count: number) => unitOf(count, 'event')

/** What is said before somebody takes away what events wait for. */
export function waitingWords(metrics: LaneMetrics | null): { count: number | null; words: string } {
  if (!metrics)
    return { count: null, words: 'How many events wait cannot be told at the moment: the lane does not answer.' }
  const { pending } = metrics.ledger
  return {
    count: pending,
    words:
      pending === 0
        ? 'No events wait at the moment.'
        : `${plural(pending, 'event waits', 'events wait')} at the moment.`,
  }
}
