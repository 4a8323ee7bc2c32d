/** How far an integration is in its life, as Segment's API writes it on the wire. */
export const INTEGRATION_STATES = [
  'PRIVATE_BUILDING',
  'PRIVATE_SUBMITTED',
  'PRIVATE_BETA',
  'PUBLIC_BETA',
  'PUBLIC',
  'DEPRECATED',
  'UNAVAILABLE',
] as const
export type IntegrationState = (typeof INTEGRATION_STATES)[number]

/**
 * What a workspace is to an integration: its `maker`, a `guest` who followed an invitation to its private beta, or a `user`,
 * who has connected it already.
 */
export const RELATIONS = ['maker', 'guest', 'user'] as const
export type Relation = (typeof RELATIONS)[number]

/** `everybody`, or those of these relations. */
type Circle = 'everybody' | readonly Relation[]

/** Who finds an integration in the catalogue, and who may connect it or switch it on: the one table of that. */
const CIRCLES: Readonly<Record<IntegrationState, { see: Circle; use: Circle }>> = {
  PRIVATE_BUILDING: { see: ['maker', 'user'], use: ['maker'] },
  PRIVATE_SUBMITTED: { see: ['maker', 'user'], use: ['maker'] },
  PRIVATE_BETA: { see: ['maker', 'guest', 'user'], use: ['maker', 'guest', 'user'] },
  PUBLIC_BETA: { see: 'everybody', use: 'everybody' },
  PUBLIC: { see: 'everybody', use: 'everybody' },
  DEPRECATED: { see: ['maker', 'user'], use: ['maker', 'user'] },
  UNAVAILABLE: { see: ['maker', 'user'], use: [] },
}

/**
 * What an integration has come to by its quality, each step after the one before: its maker is `warned`, its badge is gone, it is
 * closed to new customers.
 */
export const MEASURES = ['warned', 'no_badge', 'closed'] as const
export type Measure = (typeof MEASURES)[number]

/** Who may still connect what is closed to new customers. */
const OF_CLOSED: ReadonlySet<Relation> = new Set(['maker', 'user'])

/** Whether a workspace with these relations to an integration may do so in this state, and after this measure. */
export function isOpenTo(
  state: IntegrationState,
  to: 'see' | 'use',
  relations: readonly Relation[],
  measure: Measure | null = null,
): boolean {
  const circle = CIRCLES[state][to]
  if (measure === 'closed' && to === 'use' && !relations.some((one) => OF_CLOSED.has(one))) return false
  return circle === 'everybody' || relations.some((one) => circle.includes(one))
}

/** Whether an integration shows its badge on its own site. */
export const hasBadge = ({ measure }: { measure?: Measure }): boolean => measure === undefined || measure === 'warned'

/** The states in which a workspace may with this relation; `undefined`: with none. */
export function statesOpenTo(to: 'see' | 'use', relation?: Relation): IntegrationState[] {
  return INTEGRATION_STATES.filter((state) => isOpenTo(state, to, relation ? [relation] : []))
}

/** Whether it is in the public catalogue without a word of caution. */
export const isLive = ({ status }: { status: IntegrationState }): boolean => status === 'PUBLIC'
