import { type Access, may } from '../../accounts/index.ts'
import { type Destination, maskSecrets } from '../../settings/index.ts'
import { isoTime } from '../../event/index.ts'
import { describeHealth, freshOf, successOf } from './health.ts'
import type { DestinationWithHealth } from './queries.ts'
import { presentIntegration } from '../catalogue/index.ts'

/**
 * The Public API's Destination, without how it fares. A secret is never sent back whole, and an address only to those who may change it: often
 * it is itself the key of what is behind it.
 */
function presentDestination(destination: Destination, access: Access) {
  const { id, name, enabled, paused, notice, sourceId, integration, mode, region, rate, maxInFlight, lane, createdAt } =
    destination
  return {
    id,
    name,
    enabled,
    paused,
    notice,
    sourceId,
    metadata: presentIntegration(integration, access),
    settings: maskSecrets(destination, { addresses: may(access, 'destinations:write', sourceId) }),
    ...(mode && { mode }),
    ...(integration.regions && { region }),
    rate,
    concurrency: lane.concurrency,
    maxInFlight,
    schedule: lane.schedule,
    createdAt: isoTime(createdAt),
  }
}

/** The Public API's Destination. `now`: milliseconds. */
export function presentWithHealth(destination: DestinationWithHealth, access: Access, now: number) {
  return { ...presentDestination(destination, access), health: presentHealth(destination, now) }
}

/** Figures are of the 24 hours up to `at`; without any event, or longer after the last one, they are nothing. */
function presentHealth(destination: DestinationWithHealth, now: number) {
  const { state, label, needs } = describeHealth(destination, now)
  const row = freshOf(destination.health, now)
  const { since, why, nextTryAt, waiting, oldestAt, lastDeliveredAt, accepted, delivered, failedAttempts, dead, at } =
    row ?? NEVER
  const time = (ms: number | null) => (ms === null ? null : isoTime(ms))
  return {
    state,
    label,
    needs,
    since: time(since),
    why,
    nextTryAt: time(nextTryAt),
    waiting,
    oldestPendingAt: time(oldestAt),
    lastDeliveredAt: time(lastDeliveredAt),
    successRate: successOf(row),
    accepted,
    delivered,
    failedAttempts,
    dead,
    at: time(at),
  }
}

const NEVER = {
  since: null,
  why: null,
  nextTryAt: null,
  waiting: 0,
  oldestAt: null,
  lastDeliveredAt: null,
  accepted: 0,
  delivered: 0,
  failedAttempts: 0,
  dead: 0,
  at: null,
}
