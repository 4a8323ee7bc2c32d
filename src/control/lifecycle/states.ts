import type { IntegrationState, Measure } from '../../integrations/index.ts'

/** Who acts on an integration: those who write for the workspace that made it, reviewers, or the platform by itself. */
export const ACTORS = ['partner', 'reviewer', 'platform'] as const
export type LifeActor = (typeof ACTORS)[number]

/** Whose turn it is while an integration is reviewed. */
export type Turn = 'us' | 'partner'

/** What has to hold before an act. */
export const CONDITIONS = ['partner', 'certified', 'customers', 'due', 'appealable', 'another'] as const
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
  'warn',
  'unbadge',
  'close',
  'recover',
  'appeal',
  'uphold',
  'overturn',
] as const
export type LifeAct = (typeof ACTS)[number]

/** What happens with versions of it, in the same record: its state stays. */
export const VERSION_ACTS = ['version_submitted', 'version_live', 'version_halted', 'version_reverted'] as const
export type VersionAct = (typeof VERSION_ACTS)[number]

export interface Transition {
  by: readonly LifeActor[]
  from: readonly IntegrationState[]
  /** `null`: the state stays. */
  to: IntegrationState | null
  /** Whose turn it has to be; `null`: nobody's; absent: anybody's. */
  turn?: Turn | null
  /** Whose turn it is afterwards; `null`: nobody has to act. */
  next: Turn | null
  /** Whether whoever acts has to say why. */
  words: boolean
  holds: readonly Condition[]
  /** What its quality has to have come to; absent: anything. */
  measures?: readonly (Measure | null)[]
  /** What it comes to with this; absent: that stays. */
  measure?: Measure | null
}

const FOUND = ['PUBLIC_BETA', 'PUBLIC'] as const satisfies IntegrationState[]

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
    turn: null,
    next: null,
    words: false,
    holds: ['certified', 'customers'],
  },
  deprecate: {
    by: ['partner', 'reviewer', 'platform'],
    from: FOUND,
    to: 'DEPRECATED',
    turn: null,
    next: null,
    words: true,
    holds: [],
  },
  reinstate: {
    by: ['reviewer', 'platform'],
    from: ['DEPRECATED'],
    to: 'PUBLIC_BETA',
    next: null,
    words: true,
    holds: ['certified'],
    measure: null,
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
    measure: null,
  },
  warn: measured([null], 'warned'),
  unbadge: measured(['warned'], 'no_badge'),
  close: measured(['no_badge'], 'closed'),
  recover: measured(['warned', 'no_badge', 'closed'], null),
  appeal: {
    by: ['partner'],
    from: [...FOUND, 'DEPRECATED'],
    to: null,
    turn: null,
    next: 'us',
    words: true,
    holds: ['appealable'],
  },
  uphold: {
    by: ['reviewer'],
    from: [...FOUND, 'DEPRECATED'],
    to: null,
    turn: 'us',
    next: null,
    words: true,
    holds: ['another'],
  },
  overturn: {
    by: ['reviewer'],
    from: FOUND,
    to: null,
    turn: 'us',
    next: null,
    words: true,
    holds: ['another'],
    measure: null,
  },
}

/** A step for the quality of what everybody finds, by the platform or by a reviewer; not while an appeal waits. */
function measured(measures: readonly (Measure | null)[], measure: Measure | null): Transition {
  return {
    by: ['platform', 'reviewer'],
    from: FOUND,
    to: null,
    turn: null,
    next: null,
    words: true,
    holds: [],
    measures,
    measure,
  }
}

/** Stands for who decided where that was the maker itself: nobody appeals against that. */
export const OWN_DECISION = 'maker'

/** Acts that somebody may appeal against: who took the last of them does not answer. */
export const APPEALABLE: ReadonlySet<LifeAct> = new Set(['warn', 'unbadge', 'close', 'deprecate'])

/** Why an act is refused. */
export const ACT_REFUSALS = {
  wrong_role: 'This is not yours to do.',
  wrong_state: 'This cannot be done in the state that the integration is in.',
  wrong_turn: 'It is not the turn of whoever does this.',
  not_a_partner: 'Only integrations of partners are reviewed: apply, and be accepted.',
  not_certified: 'Its latest certification has errors, or there is none.',
  customers_missing: 'Not enough customers use it yet.',
  not_due: 'Its date has not come yet.',
  wrong_measure: 'The step before has not been taken, or this one has.',
  nothing_to_appeal: 'There is nothing to appeal against, or it was answered already.',
  not_another: 'Somebody else than who decided answers an appeal.',
} as const
export type ActRefusal = keyof typeof ACT_REFUSALS

const REFUSED_BY: Readonly<Record<Condition, ActRefusal>> = {
  partner: 'not_a_partner',
  certified: 'not_certified',
  customers: 'customers_missing',
  due: 'not_due',
  appealable: 'nothing_to_appeal',
  another: 'not_another',
}

/** What the table is asked about: how an integration stands. */
export interface LifeStanding {
  state: IntegrationState
  turn: Turn | null
  measure: Measure | null
  holds: Readonly<Record<Condition, boolean>>
}

/** Why somebody who is all of `actors` may not do this; `undefined`: they may. Of several reasons the first that counts. */
export function refusalOf(
  act: LifeAct,
  actors: readonly LifeActor[],
  { state, turn, measure, holds }: LifeStanding,
): ActRefusal | undefined {
  const drawn = LIFE_TRANSITIONS[act]
  if (!drawn.by.some((one) => actors.includes(one))) return 'wrong_role'
  if (!drawn.from.includes(state)) return 'wrong_state'
  if (drawn.turn !== undefined && drawn.turn !== turn) return 'wrong_turn'
  if (drawn.measures !== undefined && !drawn.measures.includes(measure)) return 'wrong_measure'
  const missing = drawn.holds.find((one) => !holds[one])
  return missing && REFUSED_BY[missing]
}

/** What is refused so is no choice at all. */
const NOT_SHOWN: ReadonlySet<ActRefusal> = new Set([
  'wrong_role',
  'wrong_state',
  'wrong_turn',
  'wrong_measure',
  'nothing_to_appeal',
])

/** What somebody finds to do in a state, whether or not everything for it holds. */
export function actsFor(actors: readonly LifeActor[], standing: LifeStanding): LifeAct[] {
  return ACTS.filter((act) => {
    const refused = refusalOf(act, actors, standing)
    return refused === undefined || !NOT_SHOWN.has(refused)
  })
}
