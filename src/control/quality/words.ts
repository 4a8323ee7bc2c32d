import { deadWords } from '../../lane/index.ts'
import { plural } from '../../ui/counts.ts'
import { dateOf } from './present.ts'
import type { QualityBand, Cause, ScorePart } from './score.ts'

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
