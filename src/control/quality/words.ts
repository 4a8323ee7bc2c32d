import { deadWords } from '../../lane/index.ts'
import { plural } from '../../ui/counts.ts'
import { dateOf } from './present.ts'
import type { QualityBand, Cause, Score, ScorePart } from './score.ts'

export const BAND_WORDS: Readonly<Record<QualityBand, string>> = {
  excellent: 'Excellent',
  good: 'Good',
  fair: 'Fair',
  poor: 'Poor',
}

export const BAND_TONES = { excellent: 'good', good: 'good', fair: 'warn', poor: 'bad' } as const satisfies Record<
  QualityBand,
  string
>

export const PART_WORDS: Readonly<Record<ScorePart, string>> = {
  arrival: 'Arrival',
  attempts: 'Attempts',
  delay: 'Delay',
  calm: 'Calm',
}

/** What cost points, in a sentence: “On 2026-11-27 412 events were given up: the endpoint answered 503.” */
export function causeWords({ day, part, reason, count }: Cause): string {
  const on = `On ${dateOf(day)}`
  switch (part) {
    case 'arrival':
      return `${on} ${plural(count, 'event was', 'events were')} given up: ${deadWords(reason)}.`
    case 'attempts':
      return `${on} ${plural(count, 'attempt')} failed: ${deadWords(reason)}.`
    case 'delay':
      return `${on} ${plural(count, 'event')} took longer than a minute.`
    case 'calm':
      return `${on} breakers opened ${plural(count, 'time')}.`
  }
}

/** Causes that a step names. */
const MOST_NAMED = 5

/** Why a step is taken, for partner, reviewers and the record: the score, and what cost it most. */
export function evidenceWords({ score, band, events, days }: Score, causes: readonly Cause[]): string {
  if (score === null || band === null) return 'There is no score.'
  const lines = causes.slice(0, MOST_NAMED).map((cause) => `- ${causeWords(cause)}`)
  const what = lines.length === 0 ? '' : `\n\nWhat cost it most:\n${lines.join('\n')}`
  return `Its score is ${score.toFixed(1)} of 100 (${BAND_WORDS[band].toLowerCase()}), of ${plural(events, 'event')} on ${plural(days, 'day')}.${what}`
}
