/** How a partner's integration gets its events. */
export const PARTNER_KINDS = ['direct', 'packaged', 'warehouse'] as const
export type PartnerKind = (typeof PARTNER_KINDS)[number]

/** How an application stands. */
export const APPLICATION_STATES = ['unconfirmed', 'waiting', 'asked', 'accepted', 'declined'] as const
export type ApplicationState = (typeof APPLICATION_STATES)[number]

/** Whose turn it is. */
export type Ball = 'us' | 'applicant' | 'nobody'

export const BALL: Readonly<Record<ApplicationState, Ball>> = {
  unconfirmed: 'applicant',
  waiting: 'us',
  asked: 'applicant',
  accepted: 'applicant',
  declined: 'nobody',
}

/** What a reviewer can decide. */
export const DECISIONS = ['ask', 'accept', 'decline'] as const
export type Decision = (typeof DECISIONS)[number]

/** What can be done with an application, and by whom. */
export type Act = 'confirm' | 'answer' | Decision
/** As the record has it; `apply` is how it begins. */
export type RecordedAct = 'apply' | Act

/** Every transition there is: what is not drawn here is refused. */
export const TRANSITIONS: Readonly<Record<Act, { from: readonly ApplicationState[]; to: ApplicationState }>> = {
  confirm: { from: ['unconfirmed'], to: 'waiting' },
  ask: { from: ['waiting'], to: 'asked' },
  answer: { from: ['asked'], to: 'waiting' },
  accept: { from: ['waiting', 'asked'], to: 'accepted' },
  decline: { from: ['waiting', 'asked'], to: 'declined' },
}

/** What can be done in a state. */
export function actsIn(state: ApplicationState): Act[] {
  return (Object.keys(TRANSITIONS) as Act[]).filter((act) => TRANSITIONS[act].from.includes(state))
}
