import type { FieldReach } from '../integrations/index.ts'
import type { integrations } from './schema.ts'

type Row = typeof integrations.$inferSelect

/** Of a hundred destinations so many have the version that is being rolled out, step by step. */
export const ROLLOUT_SHARES = [1, 10, 100] as const
export type RolloutShare = (typeof ROLLOUT_SHARES)[number]

/** What of a version decides where events are sent, which, and how fast. */
export type SentContent = Pick<Row, 'endpoint' | 'regions' | 'supports' | 'device' | 'rate' | 'maxInFlight' | 'batch'>

/** The version of an integration that a share of its destinations has; the others have the row itself. */
export interface Rollout {
  /** Of the version. */
  number: number
  share: RolloutShare
  /** The destination that has it whatever its place, as of a few the share may be none; `null`: there is none to choose. */
  first: string | null
  sent: SentContent
  /** Who may read which setting. Forms go by the row until all have the version. */
  reach: FieldReach[]
}

/** How versions of an integration are shared out: `live` is the number of the one that the row holds. */
interface Shared extends Pick<Row, 'live'> {
  rollout: Pick<Rollout, 'number' | 'share' | 'first'> | null
}

/** The number of the version that a destination has: the one being rolled out, or the live one. */
export function versionOf({ live, rollout }: Shared, destinationId: string): number {
  return rollout && hasRollout(rollout, destinationId) ? rollout.number : live
}

/** The destination that has a version first: that with the least place; `null`: there are none. */
export function firstOfRollout(number: number, destinationIds: readonly string[]): string | null {
  const placed = destinationIds.map((id) => ({ id, place: placeOf(number, id) }))
  const [least] = placed.toSorted((a, b) => a.place - b.place || (a.id < b.id ? -1 : 1))
  return least?.id ?? null
}

/** The row of an integration as one of its destinations has it: what is sent; settings and words stay the row's. */
export function rowFor<T extends SentContent & Pick<Row, 'rollout'>>(row: T, destinationId: string): T {
  const { rollout } = row
  return rollout && hasRollout(rollout, destinationId) ? { ...row, ...rollout.sent } : row
}

/**
 * Regions that customers may choose while a version is rolled out: those that both have. One that is taken away, or is only there in
 * the other version, would leave a destination without it, and its events would go to another place.
 */
export function commonRegions(some: SentContent['regions'], others: SentContent['regions']): SentContent['regions'] {
  const common = (some ?? []).filter(({ id }) => others?.some((one) => one.id === id))
  return common.length > 0 ? common : null
}

/** Of settings those that devices may read of a destination: in the version that it has, and in the live one. */
export function reachFor(
  fields: readonly FieldReach[],
  rollout: Rollout | null,
  destinationId: string,
): (readonly FieldReach[])[] {
  return rollout && hasRollout(rollout, destinationId) ? [fields, rollout.reach] : [fields]
}

/** Who has it at one share has it at every greater one. */
function hasRollout({ number, share, first }: Pick<Rollout, 'number' | 'share' | 'first'>, id: string): boolean {
  return id === first || placeOf(number, id) < share / 100
}

/**
 * From 0 to below 1, by the ids alone: FNV-1a with its bits mixed, as ids that differ in a letter are to lie far from each other.
 * Another version has other places, so that it is not always the same customers who are first.
 */
function placeOf(number: number, id: string): number {
  const text = `${number} ${id}`
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
