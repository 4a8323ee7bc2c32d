import { DAY_MS } from '../../statistics/index.ts'
import { carriersOf, type Integration, type Mode } from '../../integrations/index.ts'
import { deadWords, failureWords, type HealthRow, type HealthState, type LaneHealth } from '../../lane/index.ts'
import { plural, unitOf } from '../../ui/counts.ts'
import { shortDuration } from '../../ui/duration.ts'

/** What is to be said of a destination beside how it stands. */
export interface Settled {
  enabled: boolean
  paused: boolean
  notice: string | null
  /** `null`: it is gone. */
  integration: Integration | null
  mode: Mode | null
  /** How its lane stood when it said so last, or stands now; `null`: it has never had an event. */
  health: HealthRow | null
}

/** How a destination fares, the same wherever it is shown. */
export interface Health {
  /** `disabled_by_receiver`: it answered 410; `on_devices`: nothing is sent from here. */
  state: Exclude<HealthState, 'gone'> | 'disabled_by_receiver' | 'on_devices'
  tone: 'good' | 'warn' | 'bad' | 'off'
  /** A few words: what a badge says. */
  label: string
  /** Whether somebody has to do something, and in a sentence why; `null`: nobody. */
  needs: string | null
}

/** What a destination says whose source's log has lost rows that it had not heard of. */
export const LOST_WORDS =
  'A part of its source’s log is lost, and with it which events it was still to get: they are not sent'

/** What waits longer than this is told of, whatever the reason. */
export const LATE_MS = 15 * 60_000

/** As it was told, or nothing of what is longer ago than the day that its figures are of. */
export function freshOf(health: HealthRow | null, now: number): HealthRow | null {
  if (!health || now - health.at < DAY_MS || health.waiting > 0) return health
  const state = health.state === 'ok' || health.state === 'giving_up' ? 'idle' : health.state
  return { ...health, state, accepted: 0, delivered: 0, failedAttempts: 0, dead: 0 }
}

/** What a lane says of itself now, as the lists have it. */
export function rowOfLane({ day, quarter: _quarter, ...facts }: LaneHealth): HealthRow {
  return { ...facts, ...day }
}

/** Of attempts that succeeded or failed within a day, the share that succeeded; `null`: there were none. */
export function successOf(health: HealthRow | null): number | null {
  const attempts = health ? health.delivered + health.failedAttempts : 0
  return health && attempts > 0 ? health.delivered / attempts : null
}

/** How a destination fares, in words. `now`: milliseconds. */
export function describeHealth(of: Settled, now: number): Health {
  const { enabled, paused, notice } = of
  const health = freshOf(of.health, now)
  const waiting = health?.waiting ?? 0
  const wait = waiting === 0 ? '' : `, ${waiting.toLocaleString('en-GB')} ${unitOf(waiting, 'waits', 'wait')}`
  if (!enabled) {
    if (notice === null) return { state: 'disabled', tone: 'off', label: 'Disabled', needs: null }
    return byReceiver(notice)
  }
  const { integration, mode } = of
  if (integration && !carriersOf(integration, mode).includes('lane'))
    return { state: 'on_devices', tone: 'good', label: 'On devices', needs: null }
  if (paused) return { state: 'paused', tone: 'warn', label: `Paused${wait}`, needs: null }
  if (!health) return { state: 'idle', tone: 'off', label: 'No events yet', needs: null }
  const late = health.oldestAt !== null && now - health.oldestAt > LATE_MS ? lateWords(health, now) : null
  switch (health.state) {
    case 'gone':
      return byReceiver('The endpoint answered 410 Gone: it wants no more events.')
    case 'failing':
      return { state: 'failing', tone: 'bad', label: `Failing${wait}`, needs: failingWords(health, now) }
    case 'held':
      return { state: 'held', tone: 'warn', label: heldWords(health, now), needs: late }
    case 'giving_up': {
      if (health.why === 'log_lost')
        return { state: 'giving_up', tone: 'bad', label: `Events lost${wait}`, needs: `${LOST_WORDS}.` }
      const dead = plural(health.dead, 'event')
      const why = health.why === null ? '' : `: ${deadWords(health.why)}`
      const needs = `${dead} given up within a day${why}. Once it is mended, they can be sent again.`
      return { state: 'giving_up', tone: 'bad', label: `${health.dead.toLocaleString('en-GB')} given up${wait}`, needs }
    }
    case 'idle':
      return {
        state: 'idle',
        tone: 'off',
        label: health.lastDeliveredAt === null ? 'No events yet' : 'Quiet',
        needs: late,
      }
    default:
      if (late) return { state: 'ok', tone: 'warn', label: `Late${wait}`, needs: late }
      return { state: 'ok', tone: 'good', label: 'Delivering', needs: null }
  }
}

function byReceiver(words: string): Health {
  return { state: 'disabled_by_receiver', tone: 'bad', label: 'Disabled by its receiver', needs: words }
}

function failingWords({ since, why, waiting, nextTryAt }: HealthRow, now: number): string {
  const what = why === null ? 'it fails' : `the endpoint ${failureWords(why)}`
  const next = nextTryAt === null ? '' : nextWords(nextTryAt, now)
  return `For ${shortDuration(now - since)} ${what}; ${plural(waiting, 'event waits', 'events wait')}${next}.`
}

/** "Holding back since 37 s, next try in 58 s". */
function heldWords({ since, nextTryAt }: HealthRow, now: number): string {
  return `Holding back since ${shortDuration(now - since)}${nextTryAt === null ? '' : nextWords(nextTryAt, now)}`
}

function nextWords(at: number, now: number): string {
  return at > now ? `, next try in ${shortDuration(at - now)}` : ', next try about now'
}

function lateWords({ waiting, oldestAt }: HealthRow, now: number): string {
  const since = shortDuration(now - (oldestAt ?? now))
  return `${plural(waiting, 'event waits', 'events wait')}, the oldest for ${since}.`
}
