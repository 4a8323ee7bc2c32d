import type { Attempts, RolloutFigures, VersionState } from '../catalogue/index.ts'
import { shareOfFailures, triesOf } from './rules.ts'

/** Why something cannot be done with a version. */
export const VERSION_REFUSALS = {
  not_a_draft: 'It is no draft: it was submitted already.',
  rollout_running: 'Another version is being rolled out: wait until all have it, or take it back.',
  nothing_changed: 'It is as customers have it.',
  not_certified: 'What is drafted has no certification without errors: certify it first.',
  not_in_force: 'Nobody has this version, so there is nothing to take back.',
  none_before: 'There was none before it that is still kept.',
  changed_meanwhile: 'It was changed at this moment. Look at it again.',
} as const
export type VersionRefusal = keyof typeof VERSION_REFUSALS

export const VERSION_WORDS: Readonly<Record<VersionState, string>> = {
  draft: 'Draft',
  rolling: 'Being rolled out',
  live: 'Live',
  former: 'Former',
  halted: 'Halted',
  reverted: 'Taken back',
}

export const VERSION_TONES = {
  draft: 'off',
  rolling: 'info',
  live: 'good',
  former: 'off',
  halted: 'bad',
  reverted: 'warn',
} as const satisfies Record<VersionState, string>

/** `93.0 %`. */
export function failurePercent(one: Attempts): string {
  return `${(shareOfFailures(one) * 100).toFixed(1)} %`
}

/** Why a version was halted, in figures of both. */
export function comparisonWords(number: number, { now, before, old }: RolloutFigures): string {
  const failed = (one: Attempts) => `${one.failed} of ${triesOf(one)} failed (${failurePercent(one)})`
  const others = [
    ...(old && triesOf(old) > 0 ? [`with the old one, at the same time, ${failed(old)}`] : []),
    ...(triesOf(before) > 0 ? [`at the same destinations, in the day before, ${failed(before)}`] : []),
  ]
  return `With version ${number}, of attempts to send an event, ${failed(now)}; ${others.join('; ')}.`
}
