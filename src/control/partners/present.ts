import { isoTime } from '../../event/index.ts'
import type { Alike, Application, ApplicationEntry, Partner } from './queries.ts'
import { BALL } from './states.ts'

const isoOrNull = (at: number | null) => (at === null ? null : isoTime(at))

/** The API's Application. `now`: milliseconds. */
export function presentApplication(application: Application, now: number) {
  const {
    look: _look,
    ballSince,
    dueAt,
    createdAt,
    confirmedAt,
    decidedAt,
    workspaceId,
    shopId,
    ...facts
  } = application
  return {
    ...facts,
    ball: BALL[facts.state],
    ballSince: isoTime(ballSince),
    dueAt: isoOrNull(dueAt),
    overdue: dueAt !== null && dueAt < now,
    createdAt: isoTime(createdAt),
    confirmedAt: isoOrNull(confirmedAt),
    decidedAt: isoOrNull(decidedAt),
    sandbox: workspaceId === null ? null : { workspaceId, sourceId: shopId },
  }
}

export function presentEntry({ id, at, act, reviewer, words, tookMs }: ApplicationEntry) {
  return { id, at: isoTime(at), act, reviewer, words, tookMs }
}

export const presentAlike = ({ id, company, site, email, state }: Alike) => ({ id, company, site, email, state })

/** The API's Partner. */
export function presentPartner({ workspaceId, applicationId, company, createdAt }: Partner) {
  return { workspaceId, applicationId, company, since: isoTime(createdAt) }
}
