import { correctSkew, isGiven, parseTime } from './time.ts'
import type { SpecEvent } from './types.ts'

/** What of an accepted event could not be taken as it was meant. Our own codes: Segment says nothing of it. */
export const WARNINGS = {
  timestamp_unreadable: 'its time cannot be read: it is kept as it was sent, and the time of receipt stands for it',
  sent_at_unreadable: 'the time of its request cannot be read, so that a wrong clock was not corrected by it',
  clock_wrong: 'its times contradict our clock by more than a day: a clock is wrong, and was not corrected by them',
} as const satisfies Record<string, string>

export type WarnCode = keyof typeof WARNINGS

export type WarnCounts = Partial<Record<WarnCode, number>>

/** The warnings of an archived event, as its own fields tell them: a time that could be read is there as we write it. */
export function warningsOf({ receivedAt, sentAt, originalTimestamp }: Partial<SpecEvent>): WarnCode[] {
  const [received, sent, original] = [receivedAt, sentAt, originalTimestamp].map(parseTime)
  const warnings: WarnCode[] = []
  if (original === undefined && isGiven(originalTimestamp)) warnings.push('timestamp_unreadable')
  const isUnread = sent === undefined && isGiven(sentAt)
  if (isUnread) warnings.push('sent_at_unreadable')
  // An event without a time has that of its receipt, which no clock of the client has made.
  const own = originalTimestamp === receivedAt ? undefined : original
  // Where it could not be read that of its batch may have corrected the clock, and is not kept.
  if (received !== undefined && !isUnread && !correctSkew(received, sent, own).believed) warnings.push('clock_wrong')
  return warnings
}

export function countWarnings(counts: WarnCounts, codes: readonly WarnCode[]): void {
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
}
