import type { ReplayFailure, ReplayState } from '../../../replay/index.ts'
import type { Tone } from '../../../ui/components/badge.tsx'

export const STATES: Record<ReplayState, { tone: Tone; label: string }> = {
  counting: { tone: 'info', label: 'Counting' },
  ready: { tone: 'warn', label: 'Ready' },
  running: { tone: 'good', label: 'Running' },
  paused: { tone: 'warn', label: 'Paused' },
  done: { tone: 'off', label: 'Done' },
  cancelled: { tone: 'off', label: 'Cancelled' },
  failed: { tone: 'bad', label: 'Failed' },
}

export const REPLAY_FAILURES: Record<ReplayFailure, string> = {
  source_gone: 'Its source was deleted before all was read.',
  destination_gone: 'Its destination was deleted, or gets nothing from here any more.',
  receiver_gone: 'The receiver answered 410: it wants nothing more. Enable the destination again, then resume.',
}

/** A range in the words of a page, in UTC. */
export function rangeWords({ from, until }: { from: number; until: number }): string {
  return `${minuteOf(from)} to ${minuteOf(until)} UTC`
}

function minuteOf(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ')
}

export function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`
}
