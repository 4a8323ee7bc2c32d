import { isoTime } from '../event/index.ts'
import type { ReplayFigures, ReplayReport } from './protocol.ts'
import type { StoredReplay } from './store.ts'

/** A replay as whoever asks for it gets it, from what is stored. */
export function reportOf(row: StoredReplay): ReplayReport {
  const { order, state, failure, share, counted, samples, startedAt, endedAt } = row
  return {
    order,
    state,
    failure,
    share,
    progress: progressOf(row),
    counted,
    figures: figuresOf(row),
    samples,
    startedAt: startedAt === null ? null : isoTime(startedAt),
    endedAt: endedAt === null ? null : isoTime(endedAt),
  }
}

/** What its lane has, and what it has not taken over yet: that waits, or is not in the archive any more when all was read. */
function figuresOf({ counted, lane, reading }: StoredReplay): ReplayFigures {
  const { accepted, delivered, filtered, pending, dead } = lane
  const left = counted.events - accepted
  const gone = reading.done && left !== 0 ? { ARCHIVE_OBJECT_MISSING: (dead.ARCHIVE_OBJECT_MISSING ?? 0) + left } : {}
  return {
    selected: counted.events,
    delivered,
    filtered,
    pending: reading.done ? pending : pending + left,
    dead: { ...dead, ...gone },
  }
}

function progressOf({ state, counting, reading, last }: StoredReplay): number {
  const pass = state === 'counting' ? counting : reading
  if (pass.done) return 1
  if (pass.next === null || pass.first === null || last === null || last < pass.first) return 0
  return Math.min(1, (pass.next - pass.first) / (last - pass.first + 1))
}
