import { nameInMail } from '../../settings/index.ts'
import type { ApplicationState, PartnerKind, RecordedAct } from './states.ts'

export const KIND_NAMES: Readonly<Record<PartnerKind, string>> = {
  direct: 'Direct',
  packaged: 'Packaged',
  warehouse: 'Warehouse',
}

export const KIND_WORDS: Readonly<Record<PartnerKind, string>> = {
  direct: 'We send each event to an HTTPS endpoint of yours, as it happens.',
  packaged: 'Your own library runs in customers’ pages and apps, and we load and feed it.',
  warehouse: 'We load customers’ tables into your database, on a schedule.',
}

export const STATE_NAMES: Readonly<Record<ApplicationState, string>> = {
  unconfirmed: 'Address not confirmed',
  waiting: 'Waits for us',
  asked: 'Asked back',
  accepted: 'Accepted',
  declined: 'Declined',
}

export const STATE_TONES = {
  unconfirmed: 'off',
  waiting: 'info',
  asked: 'warn',
  accepted: 'good',
  declined: 'off',
} as const satisfies Record<ApplicationState, string>

/** What an entry of the record says was done. */
export const ACT_WORDS: Readonly<Record<RecordedAct, string>> = {
  apply: 'Applied',
  confirm: 'Confirmed the e-mail address',
  ask: 'Asked back',
  answer: 'Answered',
  accept: 'Accepted',
  decline: 'Declined',
}

/** What the mail after each step says before the reviewer's own words. */
export const MAIL_WORDS: Readonly<Record<'ask' | 'accept' | 'decline', (company: string) => [string, string]>> = {
  ask: (company) => [
    `A question about ${nameInMail(company)}`,
    'We have a question before we can decide. Answer it on the page below; your place is kept.',
  ],
  accept: (company) => [
    `${nameInMail(company)} is accepted`,
    'Welcome. Your application is accepted, and the page below says what comes next.',
  ],
  decline: (company) => [
    `About the application of ${nameInMail(company)}`,
    'We do not go on with your application at this time. The reason is below, and you may apply again.',
  ],
}
