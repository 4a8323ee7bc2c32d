import { isoTime } from '../../event/index.ts'
import { total } from '../../lane/index.ts'
import { meaningsOf } from '../meanings.ts'
import type { ReplayDetails } from './describe.ts'
import type { ReplayRow } from './queries.ts'

/** A replay in a list, as it stood when it said so last. */
export function presentReplay({ id, sourceId, destinationId, order, state, report, createdAt }: ReplayRow) {
  const { from, until, ...filters } = order.selection
  const figures = report?.figures ?? { selected: 0, delivered: 0, filtered: {}, pending: 0, dead: {} }
  return {
    id,
    sourceId,
    destinationId,
    state: report?.state ?? state,
    failure: report?.failure ?? null,
    from: isoTime(from),
    until: isoTime(until),
    ...filters,
    share: report?.share ?? order.share,
    dryRun: order.dryRun,
    progress: report?.progress ?? 0,
    selected: figures.selected,
    delivered: figures.delivered,
    filtered: total(figures.filtered),
    pending: figures.pending,
    dead: total(figures.dead),
    createdAt: isoTime(createdAt),
    startedAt: report?.startedAt ?? null,
    endedAt: report?.endedAt ?? null,
  }
}

/** One replay with all that is known of it. */
export function presentDetails({ row, report, repeats, estimate, requests }: ReplayDetails) {
  const breakdown = report
    ? { filtered: report.figures.filtered, dead: report.figures.dead }
    : { filtered: {}, dead: {} }
  return {
    ...presentReplay(report ? { ...row, report } : row),
    counted: report?.counted ?? null,
    breakdown,
    repeats,
    estimate,
    requests,
    ...meaningsOf([
      ...Object.keys(breakdown.filtered),
      ...Object.keys(breakdown.dead),
      ...Object.keys(report?.counted.filtered ?? {}),
    ]),
  }
}
