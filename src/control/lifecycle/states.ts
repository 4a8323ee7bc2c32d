import type { IntegrationState } from '../../integrations/index.ts'

/** Who acts on an integration: those who write for the workspace that made it, reviewers, or the platform by itself. */
export const ACTORS = ['partner', 'reviewer', 'platform'] as const
export type LifeActor = (typeof ACTORS)[number]

/** Whose turn it is while an integration is reviewed. */
export type Turn = 'us' | 'partner'

/** What has to hold before an act. */
export const CONDITIONS = ['partner', 'certified', 'customers', 'due'] as const
export type Condition = (typeof CONDITIONS)[number]

export const ACTS = [
  'submit',
  'withdraw',
  'ask',
  'answer',
  'accept',
  'decline',
  'open',
  'publish',
  'deprecate',
  'reinstate',
  'end',
  'stop',
  'rebuild',
] as const
export type LifeAct = (typeof ACTS)[number]

export interface Transition {
  by: readonly LifeActor[]
  from: readonly IntegrationState[]
  to: IntegrationState
  /** Whose turn it has to be, where it is anybody's. */
  turn?: Turn
  /** Whose turn it is afterwards; `null`: nobody has to act. */
  next: Turn | null
  /** Whether whoever acts has to say why. */
  words: boolean
  holds: readonly Condition[]
}

/** Every transition there is: what is not drawn here is refused. */
export const LIFE_TRANSITIONS: Readonly<Record<LifeAct, Transition>> = {
  submit: {
    by: ['partner'],
    from: ['PRIVATE_BUILDING'],
    to: 'PRIVATE_SUBMITTED',
    next: 'us',
    words: false,
    holds: ['partner', 'certified'],
  },
  withdraw: {
    by: ['partner'],
    from: ['PRIVATE_SUBMITTED'],
    to: 'PRIVATE_BUILDING',
    next: null,
    words: false,
    holds: [],
  },
  ask: {
    by: ['reviewer'],
    from: ['PRIVATE_SUBMITTED'],
    to: 'PRIVATE_SUBMITTED',
    turn: 'us',
    next: 'partner',
    words: true,
    holds: [],
  },
  answer: {
    by: ['partner'],
    from: ['PRIVATE_SUBMITTED'],
    to: 'PRIVATE_SUBMITTED',
    turn: 'partner',
    next: 'us',
    words: true,
    holds: [],
  },
  accept: {
    by: ['reviewer'],
    from: ['PRIVATE_SUBMITTED'],
    to: 'PRIVATE_BETA',
    next: null,
    words: true,
    holds: ['partner', 'certified'],
  },
  decline: {
    by: ['reviewer'],
    from: ['PRIVATE_SUBMITTED'],
    to: 'PRIVATE_BUILDING',
    next: null,
    words: true,
    holds: [],
  },
  open: {
    by: ['partner'],
    from: ['PRIVATE_BETA'],
    to: 'PUBLIC_BETA',
    next: null,
    words: false,
    holds: ['certified'],
  },
  publish: {
    by: ['platform'],
    from: ['PRIVATE_BETA', 'PUBLIC_BETA'],
    to: 'PUBLIC',
    next: null,
    words: false,
    holds: ['certified', 'customers'],
  },
  deprecate: {
    by: ['partner', 'reviewer'],
    from: ['PUBLIC_BETA', 'PUBLIC'],
    to: 'DEPRECATED',
    next: null,
    words: true,
    holds: [],
  },
  reinstate: {
    by: ['reviewer'],
    from: ['DEPRECATED'],
    to: 'PUBLIC_BETA',
    next: null,
    words: true,
    holds: ['certified'],
  },
  end: { by: ['platform'], from: ['DEPRECATED'], to: 'UNAVAILABLE', next: null, words: false, holds: ['due'] },
  stop: {
    by: ['reviewer'],
    from: ['PRIVATE_BETA', 'PUBLIC_BETA', 'PUBLIC', 'DEPRECATED'],
    to: 'UNAVAILABLE',
    next: null,
    words: true,
    holds: [],
  },
  rebuild: {
    by: ['reviewer'],
    from: ['UNAVAILABLE'],
    to: 'PRIVATE_BUILDING',
    next: null,
    words: true,
    holds: [],
  },
}

/** Why an act is refused. */
export const ACT_REFUSALS = {
  wrong_role: 'This is not yours to do.',
  wrong_state: 'This cannot be done in the state that the integration is in.',
  wrong_turn: 'It is not the turn of whoever does this.',
  not_a_partner: 'Only integrations of partners are reviewed: apply, and be accepted.',
  not_certified: 'Its latest certification has errors, or there is none.',
  customers_missing: 'Not enough customers use it yet.',
  not_due: 'Its date has not come yet.',
} as const
export type ActRefusal = keyof typeof ACT_REFUSALS

const REFUSED_BY: Readonly<Record<Condition, ActRefusal>> = {
  partner: 'not_a_partner',
  certified: 'not_certified',
  customers: 'customers_missing',
  due: 'not_due',
}

/** What the table is asked about: how an integration stands. */
export interface LifeStanding {
  state: IntegrationState
  turn: Turn | null
  holds: Readonly<Record<Condition, boolean>>
}

/** Why somebody who is all of `actors` may not do this; `undefined`: they may. Of several reasons the first that counts. */
export function refusalOf(
  act: LifeAct,
  actors: readonly LifeActor[],
  { state, turn, holds }: LifeStanding,
): ActRefusal | undefined {
  const drawn = LIFE_TRANSITIONS[act]
  if (!drawn.by.some((one) => actors.includes(one))) return 'wrong_role'
  if (!drawn.from.includes(state)) return 'wrong_state'
  if (drawn.turn !== undefined && drawn.turn !== turn) return 'wrong_turn'
  const missing = drawn.holds.find((one) => !holds[one])
  return missing && REFUSED_BY[missing]
}

/** What somebody finds to do in a state, whether or not everything for it holds. */
export function actsFor(actors: readonly LifeActor[], standing: LifeStanding): LifeAct[] {
  return ACTS.filter((act) => {
    const refused = refusalOf(act, actors, standing)
    return refused !== 'wrong_role' && refused !== 'wrong_state' && refused !== 'wrong_turn'
  })
}
