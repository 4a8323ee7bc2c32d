import type { IntegrationState, Measure } from '../../integrations/index.ts'
import { nameInMail } from '../../settings/index.ts'
import type { LifeAct, LifeActor, VersionAct } from './states.ts'

/** A state in the words of people who work on it. */
export const STATE_WORDS: Readonly<Record<IntegrationState, string>> = {
  PRIVATE_BUILDING: 'Being built',
  PRIVATE_SUBMITTED: 'In review',
  PRIVATE_BETA: 'Private beta',
  PUBLIC_BETA: 'Public beta',
  PUBLIC: 'Public',
  DEPRECATED: 'Deprecated',
  UNAVAILABLE: 'Unavailable',
}

export const LIFE_TONES = {
  PRIVATE_BUILDING: 'off',
  PRIVATE_SUBMITTED: 'warn',
  PRIVATE_BETA: 'info',
  PUBLIC_BETA: 'info',
  PUBLIC: 'good',
  DEPRECATED: 'warn',
  UNAVAILABLE: 'bad',
} as const satisfies Record<IntegrationState, string>

/** Who can see and use it in a state. */
export const STATE_MEANS: Readonly<Record<IntegrationState, string>> = {
  PRIVATE_BUILDING: 'Only your workspace finds it.',
  PRIVATE_SUBMITTED: 'Only your workspace finds it, until a reviewer has decided.',
  PRIVATE_BETA: 'Customers find it by an invitation of yours.',
  PUBLIC_BETA: 'Everybody finds it in the catalogue, marked as beta.',
  PUBLIC: 'Everybody finds it in the catalogue and on the public pages.',
  DEPRECATED: 'Only those who have it may go on with it, until its date.',
  UNAVAILABLE: 'Nobody can switch it on.',
}

/** What an integration has come to by its quality. */
export const MEASURE_WORDS: Readonly<Record<Measure, string>> = {
  warned: 'Warned: its badge is withdrawn if it does not become better within fourteen days',
  no_badge: 'Badge withdrawn',
  closed: 'Closed to new customers',
}

/** What can be done: on a button, and what it comes to. */
export const ACT_CHOICES: Readonly<Record<LifeAct, readonly [string, string]>> = {
  submit: ['Submit for review', 'A reviewer looks at it, and answers by the promised time.'],
  withdraw: ['Take it back', 'Nobody reviews it any more.'],
  ask: ['Ask back', 'It is their turn until they answer.'],
  answer: ['Answer', 'It is our turn again.'],
  accept: ['Accept', 'It is in private beta: customers find it by invitation.'],
  decline: ['Decline', 'They read why, and may submit it again.'],
  open: ['Open the beta', 'Everybody finds it in the catalogue, marked as beta.'],
  publish: ['Publish', 'It is public.'],
  deprecate: ['Deprecate', 'Closed to new customers at once; it ends at the date.'],
  reinstate: ['Reinstate', 'It is in public beta again, and public as soon as enough customers use it.'],
  end: ['End', 'It is not available any more.'],
  stop: ['Stop at once', 'For security alone: it is switched off for every customer.'],
  rebuild: ['Let it be built anew', 'Its maker may mend and submit it again.'],
  warn: ['Warn', 'The first step for its quality: fourteen days to mend it.'],
  unbadge: ['Withdraw the badge', 'It shows no badge on its own site any more.'],
  close: ['Close to new customers', 'Only those who have it already may connect it.'],
  recover: ['Take it all back', 'Its quality is good again: nothing of the steps is left.'],
  appeal: [
    'Appeal',
    'Another reviewer than who decided answers, by the promised time. Nothing more happens until then.',
  ],
  uphold: ['Uphold it', 'The appeal is answered: it stays as it is.'],
  overturn: ['Overturn it', 'The appeal is answered: nothing of the steps is left.'],
}

/** What an entry of the record says was done. */
export const ACT_DONE: Readonly<Record<LifeAct | VersionAct, string>> = {
  version_submitted: 'Version submitted',
  version_live: 'Version live',
  version_halted: 'Version halted',
  version_reverted: 'Version reverted',
  submit: 'Submitted for review',
  withdraw: 'Taken back',
  ask: 'Asked back',
  answer: 'Answered',
  accept: 'Accepted to private beta',
  decline: 'Declined',
  open: 'Beta opened to everybody',
  publish: 'Published: enough customers use it',
  deprecate: 'Deprecated',
  reinstate: 'Reinstated',
  end: 'Ended at its date',
  stop: 'Stopped at once',
  rebuild: 'Open to be built anew',
  warn: 'Warned for its quality',
  unbadge: 'Badge withdrawn',
  close: 'Closed to new customers',
  recover: 'Steps for its quality taken back',
  appeal: 'Appealed',
  uphold: 'Appeal answered: upheld',
  overturn: 'Appeal answered: overturned',
}

export const ACTOR_WORDS: Readonly<Record<LifeActor, string>> = {
  partner: 'Partner',
  reviewer: 'Reviewer',
  platform: 'The platform',
}

/** Subject and first sentence of the mail that a partner gets after an act of the other side. */
export function mailAfter(act: LifeAct, name: string): readonly [string, string] {
  const called = nameInMail(name)
  const mails: Partial<Record<LifeAct, readonly [string, string]>> = {
    ask: [`A question about ${called}`, 'We have a question before we can decide. Answer it on the page below.'],
    accept: [
      `${called} is in private beta`,
      'Your integration is accepted. Invite customers from the page below; it becomes public as soon as enough use it.',
    ],
    decline: [
      `About ${called}`,
      'We do not accept your integration as it is. The reason is below; mend it and submit it again.',
    ],
    publish: [`${called} is public`, 'Enough customers use your integration: from now on everybody finds it.'],
    deprecate: [`${called} is deprecated`, 'Your integration is closed to new customers. The reason is below.'],
    reinstate: [`${called} is reinstated`, 'Your integration is in public beta again.'],
    end: [`${called} has ended`, 'Its date has come: nobody can switch it on any more.'],
    stop: [`${called} was stopped`, 'Your integration was switched off for every customer. The reason is below.'],
    warn: [
      `A warning about ${called}`,
      'Too many events of customers do not arrive as they should. If that does not become better within fourteen days, its badge is withdrawn. You may appeal. The reason is below.',
    ],
    unbadge: [
      `${called} has lost its badge`,
      'Its quality is not good enough yet. If that does not become better within fourteen days, it is closed to new customers. You may appeal. The reason is below.',
    ],
    close: [
      `${called} takes no new customers`,
      'Its quality is not good enough yet. If that does not become better within fourteen days, it is deprecated with a date. You may appeal. The reason is below.',
    ],
    recover: [`${called} is as it should be`, 'Its quality is good again: warnings and what followed are taken back.'],
    uphold: [
      `Your appeal about ${called}`,
      'Another reviewer has looked at it, and it stays as it is. The reason is below.',
    ],
    overturn: [
      `Your appeal about ${called}`,
      'Another reviewer has looked at it and taken it all back. The reason is below.',
    ],
    rebuild: [`${called} may be built anew`, 'Mend your integration and submit it again.'],
  }
  return mails[act] ?? [called, ACT_DONE[act]]
}
