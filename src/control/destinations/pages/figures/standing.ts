import { deadWords, failureWords, type LaneMetrics, laneWords } from '../../../../lane/index.ts'
import type { Tone } from '../../../../ui/components/badge.tsx'
import { duration, shortDuration } from '../../../../ui/duration.ts'
import { plural, unitOf } from '../../../../ui/counts.ts'
import { LOST_WORDS } from '../../health.ts'
import { countWords, timesWords } from './numbers.ts'

export interface Standing {
  tone: Tone
  title: string
  /** What it means, and what happens next. */
  text: string
}

/** How a destination's lane stands at the moment (`now` in milliseconds), in words. */
export function standingOf(metrics: LaneMetrics, now: number): Standing {
  const { hold, breaker, slowed, ownPace, pausedSince, ledger, health, lost } = metrics
  const waiting = ledger.pending === 0 ? 'No event waits.' : `${plural(ledger.pending, 'event waits', 'events wait')}.`
  if (hold?.why === 'paused') {
    const since = pausedSince === null ? '' : ` for ${duration(now - Date.parse(pausedSince))}`
    return {
      tone: 'warn',
      title: `Paused${since}: somebody paused it in its settings`,
      text: `${waiting} What comes meanwhile is kept and sent when it is resumed; its time does not run.`,
    }
  }
  if (hold?.why === 'gone') {
    return {
      tone: 'bad',
      title: 'Disabled: the endpoint answered 410 Gone, so it wants no more events',
      text: `${waiting} What waits becomes dead letters when its time is over. Enable it again once the endpoint takes events.`,
    }
  }
  if (hold?.why === 'disabled') {
    return {
      tone: 'off',
      title: 'Disabled: nothing is sent and no new event is taken',
      text: `${waiting} What waits becomes dead letters when its time is over.`,
    }
  }
  if (breaker) {
    const next = Math.max(Date.parse(breaker.until), hold?.until ? Date.parse(hold.until) : 0) - now
    const when = next > 0 ? `in ${duration(next)}` : 'about now'
    return {
      tone: 'bad',
      title: `Failing for ${duration(now - Date.parse(breaker.since))}: the endpoint ${failureWords(breaker.why)} ${timesWords(breaker.failures)}`,
      text: `${waiting} One event is tried ${when}; as soon as one arrives, all others follow.`,
    }
  }
  if (hold?.until) {
    return {
      tone: 'warn',
      title: `${heldWords(health?.since, Date.parse(hold.until), now)}: the endpoint ${failureWords(hold.why)} and asked to wait`,
      text: `${waiting} Nothing is sent before then.`,
    }
  }
  if (slowed) {
    const { rate, oneWorkerUntil } = slowed
    const left = Date.parse(oneWorkerUntil) - now
    const alone = left > 0 ? ` For ${duration(left)} more one worker sends alone.` : ''
    return {
      tone: 'warn',
      title: `Slowed down to ${rate === null ? 'one worker' : paceWords(rate)}: the endpoint answered 429, too many requests`,
      text: `${waiting} The pace grows by a twentieth every ten seconds without another 429.${alone}`,
    }
  }
  if (health?.state === 'failing') {
    const { delivered, failedAttempts } = health.quarter
    return {
      tone: 'bad',
      title: `Failing: of ${plural(delivered + failedAttempts, 'attempt')} in the last 15 minutes ${countWords(failedAttempts)} did not succeed`,
      text: `${waiting} They are tried again by their schedule.`,
    }
  }
  if (health?.why === 'log_lost' && lost) {
    const most = lost.events === null ? '' : `, ${plural(lost.events, 'event')} at most`
    return { tone: 'bad', title: `${LOST_WORDS}${most}`, text: waiting }
  }
  if (health?.state === 'giving_up') {
    const why = health.why === null ? '' : `: ${deadWords(health.why)}`
    return {
      tone: 'bad',
      title: `${plural(health.day.dead, 'event')} given up in the last 24 hours${why}`,
      text: `${waiting} Once it is mended, they can be sent again.`,
    }
  }
  if (ledger.accepted === 0) {
    return { tone: 'info', title: 'Nothing has come yet', text: 'Events of its source are sent as they come.' }
  }
  const title = ledger.pending === 0 ? 'All that came is settled' : 'Sending'
  return { tone: 'good', title, text: ownPace ? `${waiting} ${ownPaceWords(ownPace)}` : waiting }
}

function heldWords(since: number | undefined, until: number, now: number): string {
  const held = since === undefined ? 'Holding back' : `Holding back since ${shortDuration(now - since)}`
  return `${held}, next try in ${shortDuration(until - now)}`
}

function ownPaceWords({ inFlight, limit, latencyMs }: NonNullable<LaneMetrics['ownPace']>): string {
  const now = inFlight === 0 ? 'No request' : plural(inFlight, 'request')
  const found = latencyMs === null ? '' : `, now up to ${limit} at a time of ${latencyMs} ms each`
  return `${now} in flight, finds its own pace${found}.`
}

function paceWords(rate: number): string {
  if (rate >= 1) return plural(Math.round(rate), 'request a second', 'requests a second')
  return `one request in ${duration(1_000 / rate)}`
}

export function countOf(count: number, code: string): string {
  return `${countWords(count)} ${unitOf(count, 'event')}: ${laneWords(code)}`
}
