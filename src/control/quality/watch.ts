import type { LaneHealth } from '../../lane/index.ts'
import { endAlert, raiseAlert, tellAlerts, type TellDeps } from '../alerts/index.ts'
import { type IntegrationErrors, findErrors, findErrorsFor, listOpenAlarms } from './queries.ts'

const RULE = 'integration_errors'
/** All lanes of an integration are looked at where one of them fails so often, of so many attempts in a quarter of an hour. */
const LANE = { least: 5, share: 0.2 }
/** An integration fails where of so many attempts so many times the usual share fail, and so much more at least. */
const LEAST_ATTEMPTS = 20
const TIMES = 3
const MORE = 0.1
/** One lane looks no oftener than this. */
const PAUSE_MS = 5 * 60_000
/** Open ones that an hourly look ends. */
const MOST_ENDED = 50

/** What an alert says of it; `null`: it is as usual. */
export function alarmOf({ delivered, failed, customers, usual }: IntegrationErrors): Record<string, number> | null {
  const attempts = delivered + failed
  const share = attempts === 0 ? 0 : failed / attempts
  if (attempts < LEAST_ATTEMPTS || share <= Math.max(usual * TIMES, usual + MORE)) return null
  return { attempts, failed, customers, usual: Math.round(usual * 100) }
}

/**
 * Tells the maker of an integration that it fails with its customers, inside the object of one of its lanes: as long as that lane
 * does not fail nothing is asked, and where it does once in five minutes.
 */
export class PartnerWatch {
  readonly #destinationId: string
  readonly #deps: TellDeps
  #lookedAt = -Infinity
  /** It was told of, so that its end is looked for, too. */
  #open = false

  constructor(destinationId: string, deps: TellDeps) {
    this.#destinationId = destinationId
    this.#deps = deps
  }

  /** Milliseconds after which it wants to hear again though nothing moves; `null`: never. */
  async look({ quarter: { delivered, failedAttempts }, at }: LaneHealth): Promise<number | null> {
    const attempts = delivered + failedAttempts
    const fails = attempts >= LANE.least && failedAttempts / attempts >= LANE.share
    if (!fails && !this.#open) return null
    if (at - this.#lookedAt < PAUSE_MS) return PAUSE_MS
    this.#lookedAt = at
    const found = await findErrors(this.#deps.db, this.#destinationId)
    this.#open = found !== undefined && (await settle(this.#deps, found))
    return this.#open ? PAUSE_MS : null
  }
}

/** Opens or ends the alert of an integration; whether it is open. */
async function settle(deps: TellDeps, found: IntegrationErrors): Promise<boolean> {
  const { integrationId: subjectId, name: subjectName, workspaceId } = found
  const facts = alarmOf(found)
  if (facts) {
    await raiseAlert(deps, { workspaceId, rule: RULE, subjectId, subjectName, facts, of: 'integrations' }, false)
    return true
  }
  await endAlert(deps, subjectId, RULE)
  await tellAlerts(deps, workspaceId)
  return false
}

/** Hourly: ends alerts of integrations that are as usual again, and whose lanes have nothing to tell. */
export async function endQuietAlarms(deps: TellDeps): Promise<void> {
  for (const integrationId of await listOpenAlarms(deps.db, RULE, MOST_ENDED)) {
    const found = await findErrorsFor(deps.db, integrationId)
    if (!found) await endAlert(deps, integrationId, RULE)
    else if (!alarmOf(found)) await settle(deps, found)
  }
}
