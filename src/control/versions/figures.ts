import type { PeriodFigures } from '../../lane/index.ts'
import type { Attempts, RolloutFigures } from '../catalogue/index.ts'

/** Settings are in force within so long, and what was on its way by then is over. Milliseconds. */
const SETTLES_MS = 60_000

/** What a lane tells: by the quarter of an hour for a day, and by the minute for an hour. */
export interface LaneFigures {
  day: PeriodFigures
  /** Only wanted as long as the step is not an hour old. */
  hour: PeriodFigures | null
  /** It has the version that is looked at. */
  isNew: boolean
}

/** Attempts of one lane since the step began, and before; of what was under way when it began nothing. */
function splitAt({ day, hour }: LaneFigures, since: number): { now: Attempts; before: Attempts } {
  const before = sum(day, (from, until) => until <= since && from >= since - 24 * 3_600_000)
  const now = sum(hour ?? day, (from) => from >= since + (hour ? SETTLES_MS : 0))
  return { now, before }
}

/**
 * What came of a version and of the old one, of lanes that were asked. `known`: what was found before, which says what had been
 * before the step where the lanes do not tell that any more.
 */
export function rolloutFigures(
  lanes: readonly LaneFigures[],
  since: number,
  known: RolloutFigures | null,
): RolloutFigures {
  const figures: RolloutFigures = {
    now: { delivered: 0, failed: 0, destinations: 0 },
    before: { delivered: 0, failed: 0 },
    old: null,
  }
  for (const lane of lanes) {
    const { now, before } = splitAt(lane, since)
    if (lane.isNew) {
      add(figures.now, now)
      figures.now.destinations++
      add(figures.before, before)
    } else {
      figures.old ??= { delivered: 0, failed: 0, destinations: 0 }
      add(figures.old, now)
      figures.old.destinations++
    }
  }
  const isTold = figures.before.delivered + figures.before.failed > 0
  return isTold || !known ? figures : { ...figures, before: known.before }
}

function add(into: Attempts, more: Attempts): void {
  into.delivered += more.delivered
  into.failed += more.failed
}

function sum({ points, stepMs }: PeriodFigures, isWanted: (from: number, until: number) => boolean): Attempts {
  const all: Attempts = { delivered: 0, failed: 0 }
  for (const { at, delivered, failedAttempts } of points) {
    const from = Date.parse(at)
    if (isWanted(from, from + stepMs)) add(all, { delivered, failed: failedAttempts })
  }
  return all
}
