import { isoTime } from '../../event/index.ts'
import type { Count, CountedCustomer } from './customers.ts'
import type { BetaLink, LifecycleEntry, LivingDescribed, Living } from './queries.ts'
import { actsFor, type LifeActor, refusalOf } from './states.ts'

const isoOrNull = (at: number | null) => (at === null ? null : isoTime(at))

/** The API's Submission: an integration in the list of reviewers. `now`: milliseconds. */
export function presentLiving({ integration, life, company }: Living, now: number) {
  const { id, slug, name, kind, status, maker = '' } = integration
  const { turn, since, dueAt, submittedAt, reviewedAt, reviewer, endsAt } = life
  return {
    integrationId: id,
    workspaceId: maker,
    slug,
    name,
    kind,
    company,
    state: status,
    turn,
    since: isoTime(since),
    dueAt: isoOrNull(dueAt),
    overdue: dueAt !== null && dueAt < now,
    submittedAt: isoOrNull(submittedAt),
    reviewedAt: isoOrNull(reviewedAt),
    reviewer,
    endsAt: isoOrNull(endsAt),
    measure: integration.measure ?? null,
    measuredAt: isoOrNull(life.measuredAt),
    appealedAt: isoOrNull(life.appealedAt),
  }
}

/** The API's Lifecycle: with what `actors` can do now, and why not where it is refused. */
export function presentLifecycle(described: LivingDescribed, actors: readonly LifeActor[], now: number) {
  const { standing, certificate } = described
  return {
    ...presentLiving(described, now),
    certificate: certificate ? { at: isoTime(certificate.at), holds: certificate.holds, path: certificate.path } : null,
    acts: actsFor(actors, standing).map((act) => ({ act, refused: refusalOf(act, actors, standing) ?? null })),
  }
}

/** A step of the record. */
export function presentLifecycleEntry({ integrationId: _id, at, fromState, toState, ...entry }: LifecycleEntry) {
  return { ...entry, at: isoTime(at), from: fromState, to: toState }
}

/** The API's BetaLink. */
export function presentBetaLink({ id, label, most, used, createdAt, expiresAt }: BetaLink) {
  return { id, label, most, used, createdAt: isoTime(createdAt), expiresAt: isoTime(expiresAt) }
}

/** The API's CustomerCount. */
export function presentCount({ rule, filled, slots, others }: Count) {
  return { rule, filled, slots: slots.map((one) => one && presentCustomer(one)), others: others.map(presentCustomer) }
}

/** Which workspace it is nobody is told. */
function presentCustomer({ name, since, days, lacks }: CountedCustomer) {
  return { name, since: isoTime(since), days, lacks }
}
