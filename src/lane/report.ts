import type { Backpressure } from './backpressure.ts'
import { isLeased, type LaneMode } from './due.ts'
import { isEmpty } from './event-set.ts'
import type { RecentAttempts } from './recent-attempts.ts'
import type { Attempt, DeadLetter, Failure, LaneMetrics, Ledger, Trace } from './protocol.ts'
import { isoTime } from '../event/index.ts'
import type { LaneState } from './store.ts'
import { addTally, type Group, groupOf, newTally, type Place, type Tally, total, wordsOf, type Work } from './work.ts'

/** The figures of all work, done and open. */
export function sumOf(totals: Tally, works: Iterable<Work>): Tally {
  const sum = newTally()
  addTally(sum, totals)
  for (const work of works) addTally(sum, work.counts)
  // What was dead and was sent once more leaves a zero behind.
  for (const [code, n] of Object.entries(sum.dead)) if (n === 0) delete sum.dead[code]
  return sum
}

/** `heldSince`: milliseconds since when the oldest of what is not among `works` is owed; `null`: not known. */
export function ledgerOf(sum: Tally, works: Iterable<Work>, heldSince: number | null): Ledger {
  let oldest = heldSince ?? -Infinity
  for (const { at, groups } of works) {
    if (groups.some(({ events }) => !isEmpty(events))) oldest = Math.min(oldest, at)
  }
  return {
    accepted: sum.accepted,
    delivered: sum.delivered,
    filtered: total(sum.filtered),
    pending: sum.pending,
    dead: total(sum.dead),
    oldestPendingAt: Number.isFinite(oldest) ? isoTime(oldest) : null,
  }
}

/** What a lane's metrics are made of, beside its figures. */
interface LaneFacts extends Pick<LaneMetrics, 'ownPace'> {
  state: LaneState
  brake: Backpressure
  mode: LaneMode
  failures: Failure[]
}

/** Everything that a lane says of itself. */
export function laneMetrics(
  ledger: Ledger,
  { filtered, dead, attempts }: Tally,
  { state, brake, mode, failures, ownPace }: LaneFacts,
): LaneMetrics {
  const { breaker, config, goneAt, standing } = state
  const { hold } = brake
  const slowed = config && brake.slowed(config)
  const endless = goneAt !== null ? 'gone' : mode === 'open' ? null : mode
  return {
    ledger,
    filtered,
    dead,
    attempts,
    hold: endless ? { until: null, why: endless } : hold && { until: isoTime(hold.until), why: hold.why },
    breaker: breaker && {
      failures: breaker.failures,
      since: isoTime(breaker.since),
      why: breaker.why,
      until: isoTime(breaker.until),
    },
    slowed: slowed && { rate: slowed.rate, oneWorkerUntil: isoTime(slowed.oneWorkerUntil) },
    ownPace,
    pausedSince: standing.since === null ? null : isoTime(standing.since),
    failures,
    redriving: state.redrives.length > 0,
    lost: state.lost && { ...state.lost, at: isoTime(state.lost.at) },
  }
}

/** Where one event of a committed batch stands. */
export function traceOf(
  place: Place,
  lane: {
    works: Iterable<Work>
    recent: RecentAttempts
    sum: Tally
    mark: number
    now: number
    /** `undefined`: not found, but there is more than one look passes. */
    held: () => Work | null | undefined
    dead: () => { letter?: DeadLetter; isAll: boolean }
  },
): Trace {
  const { log, seq, event } = place
  const attempts = lane.recent.of(log, seq, event)
  const known = [...lane.works].find((work) => groupOf(work, place))
  const work = known ?? lane.held()
  const group = work && groupOf(work, place)
  if (work && group) {
    const sending = isLeased(group, lane.now)
    return {
      state: sending ? 'sending' : 'pending',
      // What was forgotten is not told, but how the last one ended is known as long as the event is here.
      attempts: attempts.length > 0 ? attempts : lastOf(work, group),
      ...(!sending && { nextAttemptAt: isoTime(group.due) }),
    }
  }
  const { letter, isAll } = lane.dead()
  if (letter) return { state: 'dead', attempts, reason: letter.reason }
  // What came by another log is known by its attempts.
  if (seq > lane.mark && attempts.length === 0) return { state: 'unknown', attempts }
  const arrived = attempts.at(-1)?.outcome === 'delivered'
  if (!arrived && (work === undefined || !isAll)) return { state: 'unsearched', attempts }
  // A receiver that never said of an event that it does not want it has got all that is settled.
  const { attempts: ended, filtered } = lane.sum
  const certain = isAll && Object.keys(ended).every((code) => filtered[code] === undefined)
  return { state: 'settled', attempts, ...(certain && { delivered: true }) }
}

function lastOf(work: Work, { attempt, last }: Group): Attempt[] {
  return last ? [{ at: null, attempt, outcome: last.code, tookMs: null, ...wordsOf(work, last) }] : []
}
