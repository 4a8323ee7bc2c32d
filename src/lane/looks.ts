import { healthOf, type LaneHealth } from './health.ts'
import { liveLeases } from './due.ts'
import type { LaneMemory } from './memory.ts'
import { inFlightOf } from './pace.ts'
import type { LaneMetrics, Ledger, Period, Trace } from './protocol.ts'
import { laneMetrics, ledgerOf, traceOf } from './report.ts'
import { type Place, total } from './work.ts'

/** What is shown of a lane, beside its dead letters. Nothing here changes it. */
export function ledgerIn({ sum, works, held, bounds }: LaneMemory): Ledger {
  return ledgerOf(sum, works, held.oldest(bounds.search))
}

/** With a period: what happened in it, too. */
export function metricsIn(memory: LaneMemory, period?: Period): LaneMetrics {
  const { state, brake, terms, history, works, ctx } = memory
  const facts = { state, brake, mode: terms.mode, failures: [...memory.failures.last], ownPace: ownPaceOf(memory) }
  const metrics = laneMetrics(ledgerIn(memory), memory.sum, facts)
  if (period === undefined) return metrics
  const figures = history.figures(period, state.past, works, ctx.now())
  return { ...metrics, figures, health: healthIn(memory) }
}

function ownPaceOf({ state, finder, works, permits, ctx }: LaneMemory): LaneMetrics['ownPace'] {
  const { config } = state
  if (!config || config.replay || config.concurrency !== null) return null
  const { latency } = finder
  return {
    inFlight: inFlightOf([...liveLeases(works, ctx.now()), ...permits.live]),
    limit: finder.limit(config.maxInFlight),
    latencyMs: latency === null ? null : Math.round(latency),
  }
}

/** How it stands, as lists show it and alerts go by. */
export function healthIn(memory: LaneMemory): LaneHealth {
  const { state, stand, history, works, ctx } = memory
  const now = ctx.now()
  const { oldestPendingAt } = ledgerIn(memory)
  const oldestAt = oldestPendingAt === null ? null : Date.parse(oldestPendingAt)
  return healthOf(stand, history.sums(state.past, works, now), { oldestAt, now })
}

/** Where one event of a committed batch stands. */
export function traceIn({ works, recent, sum, logs, held, store, bounds, ctx }: LaneMemory, place: Place): Trace {
  const { search } = bounds
  const died = total(sum.dead)
  return traceOf(place, {
    works,
    recent,
    sum,
    mark: logs.mark(place.log),
    now: ctx.now(),
    held: () => held.find(place, search),
    dead: () => store.findDead(place, { died, mostRows: search }),
  })
}
