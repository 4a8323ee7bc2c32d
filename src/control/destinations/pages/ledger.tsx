import type { LaneMetrics } from '../../../lane/index.ts'
import { DeadReasons } from '../../dead-letters/pages/index.ts'
import { Card } from '../../../ui/components/card.tsx'
import { Figure, Figures } from '../../../ui/components/figure.tsx'
import { Ago } from '../../../ui/components/time.tsx'
import { plural, unitOf } from '../../../ui/counts.ts'

/** What the lane owes and has done: accepted = delivered + filtered + pending + dead, at all times. */
export function LedgerCard({ metrics, path, now }: { metrics: LaneMetrics; path: string; now: number }) {
  const { ledger } = metrics
  const { accepted, delivered, filtered, dead, oldestPendingAt } = ledger
  return (
    <Card
      title="Ledger"
      lead="Since the destination began. Every event that was accepted is in exactly one of the others."
    >
      <Figures>
        <Figure label="Accepted" value={accepted} unit={unit(accepted)} />
        <Figure label="Delivered" value={delivered} unit={unit(delivered)} tone={delivered > 0 ? 'good' : undefined} />
        <Figure label="Filtered" value={filtered} unit={unit(filtered)} />
        <PendingFigure ledger={ledger} />
        <DeadFigure ledger={ledger} path={path} />
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

export function PendingFigure({ ledger: { pending } }: Pick<LaneMetrics, 'ledger'>) {
  return <Figure label="Pending" value={pending} unit={unit(pending)} span="at the moment" />
}

/** `path`: of the destination, whose dead letters it leads to. */
export function DeadFigure({ ledger: { dead }, path }: Pick<LaneMetrics, 'ledger'> & { path: string }) {
  const some = dead > 0 && { tone: 'bad', href: `${path}/dead-letters` }
  return <Figure label="Dead letters" value={dead} unit={unit(dead)} span="since it began" {...some} />
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
