import { emailProblems, sendMail } from '../../accounts/index.ts'
import { nameInMail } from '../../settings/index.ts'
import type { ControlDeps } from '../request.ts'
import { getProgramme } from './queries.ts'

type Deps = Pick<ControlDeps, 'db' | 'accounts'>

/** Mails somebody in the name of the programme; `false`: no mail is sent here. One query. */
export async function mailInItsName(
  { db, accounts }: Deps,
  to: string,
  subject: string,
  parts: readonly string[],
): Promise<boolean> {
  const { name, contact } = await getProgramme(db)
  const foot = contact === '' ? name : `${name}, ${contact}`
  return sendMail(accounts, {
    to,
    subject: `${nameInMail(name)}: ${subject}`,
    text: `${[...parts, foot].join('\n\n')}\n`,
  })
}

/** Mails whoever runs the programme, where their contact is an address. */
export async function mailItsContact(deps: Deps, subject: string, parts: readonly string[]): Promise<void> {
  const { contact } = await getProgramme(deps.db)
  if (emailProblems(contact).length > 0) return
  await mailInItsName(deps, contact, subject, parts)
}
