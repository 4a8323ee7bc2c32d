import { type Fate, MOST_REASONS, type RejectedAt, type Shown } from '../intake/index.ts'
import { filterCode } from '../match/index.ts'
import type { PlanDestination } from '../settings/index.ts'
import { isoTime, MOST_REJECTED, type Rejected, warningsOf } from '../event/index.ts'
import type { Line } from './kinds.ts'

/** What of one batch is handed to those who watch. */
const MOST_EVENTS = 50
const MOST_CHARS = 64 * 1024
/** A longer event is shown by what tells it apart; all of it is in the archive. */
const MOST_LINE_CHARS = 8 * 1024

/** A sample of a batch, spread evenly over it, with what the destinations' rules say of each event. */
export function shownOf(lines: readonly Line[], destinations: readonly PlanDestination[]): Shown[] {
  const shown: Shown[] = []
  const step = Math.max(1, lines.length / MOST_EVENTS)
  let chars = 0
  for (let n = 0; n < Math.min(lines.length, MOST_EVENTS); n++) {
    const event = Math.floor(n * step)
    const line = lines[event]
    if (!line) break
    const long = line.text.length > MOST_LINE_CHARS
    const text = long ? headOf(line) : line.text
    chars += text.length
    if (chars > MOST_CHARS) break
    const warnings = warningsOf(line.event)
    const notes = { ...(long && { cut: true as const }), ...(warnings.length > 0 && { warnings }) }
    shown.push({ event, line: text, ...notes, fate: fateOf(line, destinations) })
  }
  return shown
}

/** Of the first requests that had some. */
export function rejectedShown(arrivals: readonly { at: number; refused: readonly Rejected[] }[]): RejectedAt[] {
  const all: RejectedAt[] = []
  for (const { at, refused } of arrivals) {
    for (const one of refused) {
      if (all.length === MOST_REJECTED.batch) return all
      all.push({ ...one, at: isoTime(at) })
    }
  }
  return all
}

function fateOf({ event }: Line, destinations: readonly PlanDestination[]): Fate {
  const fate: Fate = { matched: 0, filtered: 0, reasons: {} }
  for (const one of destinations) {
    const code = filterCode(event, one)
    if (!code) fate.matched++
    else if (fate.filtered++ < MOST_REASONS) fate.reasons[one.id] = [code]
  }
  return fate
}

function headOf({ event: { type, event, name, messageId, userId, anonymousId, receivedAt } }: Line): string {
  return JSON.stringify({ type, event: short(event), name: short(name), messageId, userId, anonymousId, receivedAt })
}

function short(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 200) : undefined
}
