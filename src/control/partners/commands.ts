import { type Caller, countersFrom, patienceOf, sendMail } from '../../accounts/index.ts'
import { messageOf, refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { afterBusinessDays } from './business-days.ts'
import { newAnswer, newApplication, newDecision } from './input.ts'
import { findByLink, insertLink } from './links.ts'
import { lookOf } from './look-alike.ts'
import { type Application, findOpenApplication, getApplication } from './queries.ts'
import { insertApplication, takeStep, tidyApplicationRows } from './store.ts'
import type { Decision } from './states.ts'
import { MAIL_WORDS, STATE_NAMES } from './words.ts'

type Deps = Pick<ControlDeps, 'db' | 'accounts' | 'ctx'>

/** Business days within which we answer. */
export const PROMISED_DAYS = 2

/**
 * Takes an application in and mails a link that confirms the address. `body` is what a stranger sent. Answers the same
 * whether the address is known or not. Throws `Refusal` 400 with every problem and its field, 409 (with `Retry-After`)
 * when it was tried too often.
 */
export async function createApplication(deps: Deps, caller: Caller, body: unknown): Promise<void> {
  const { db, accounts } = deps
  const given = checked(newApplication, body)
  const full = await patienceOf(caller, accounts, countersFrom(caller.address, 'apply', given.email))
  if (full) throw refusal(409, messageOf(full.problems))
  const known = await findOpenApplication(db, given.email)
  if (known) {
    const token = await insertLink(db, known.id, 'status')
    const text = `There is an application with this address already. How it stands:\n\n${statusUrl(caller, token)}\n`
    await sendMail(accounts, { to: given.email, subject: 'Your application', text })
    return
  }
  const id = await insertApplication(db, { ...given, look: lookOf(given.company) })
  const token = await insertLink(db, id, 'confirm')
  const text = `Confirm with this link that the application is yours. It works once, for seven days:\n\n${confirmUrl(caller, token)}\n\nIf you did not apply, do nothing: it is deleted by itself.\n`
  await sendMail(accounts, { to: given.email, subject: 'Confirm your application', text })
}

/**
 * The applicant has followed the link in the mail: from now on the application waits for us. Answers with the secret of
 * the link to its status page; `undefined`: the link is spent, too old or none.
 */
export async function confirmApplication(deps: Deps, caller: Caller, token: string): Promise<string | undefined> {
  const { db, accounts } = deps
  const id = await findByLink(db, 'confirm', token)
  if (id === undefined) return undefined
  if (!(await takeStep(db, id, { act: 'confirm', words: '', dueAt: dueFrom(deps) }, token))) return undefined
  const status = await insertLink(db, id, 'status')
  const { email } = await getApplication(db, id)
  const text = `Your address is confirmed. This page says how your application stands; its address is yours alone:\n\n${statusUrl(caller, status)}\n`
  await sendMail(accounts, { to: email, subject: 'Your application', text })
  return status
}

/** A reviewer decides, and the applicant is told. Throws 400, 404, or 409 when it is not to be decided on. */
export async function decideApplication(
  deps: Deps,
  caller: Caller,
  reviewer: string,
  id: string,
  body: unknown,
): Promise<Application> {
  const { db, accounts } = deps
  const { decision, words } = checked(newDecision, body)
  if (!(await takeStep(db, id, { act: decision, reviewer, words, dueAt: null })))
    throw await outOfTurn(deps, id, decision)
  const application = await getApplication(db, id)
  const token = await insertLink(db, id, 'status')
  const [subject, said] = MAIL_WORDS[decision](application.company)
  const text = `${said}\n\n${words}\n\n${statusUrl(caller, token)}\n`
  await sendMail(accounts, { to: application.email, subject, text })
  return application
}

/** The applicant answers by their private link. Throws 404 when it is none, 409 when they were not asked. */
export async function answerApplication(deps: Deps, token: string, body: unknown): Promise<void> {
  const { db } = deps
  const id = await findByLink(db, 'status', token)
  if (id === undefined) throw refusal(404, 'This link is too old, or none of ours.')
  const { words } = checked(newAnswer, body)
  if (await takeStep(db, id, { act: 'answer', words, dueAt: dueFrom(deps) })) return
  throw refusal(409, 'Nothing was asked, or it is answered already.')
}

/**
 * A link for a reviewer to pass on, where no mail is sent or none arrives: one that confirms, or the one to the status
 * page. Throws 404 when there is no such application.
 */
export async function createApplicationLink({ db }: Deps, caller: Caller, id: string): Promise<string> {
  const { state } = await getApplication(db, id)
  const kind = state === 'unconfirmed' ? 'confirm' : 'status'
  const token = await insertLink(db, id, kind)
  return kind === 'confirm' ? confirmUrl(caller, token) : statusUrl(caller, token)
}

/** Hourly: what nobody has confirmed, and what has long ended. */
export function tidyApplications({ db }: Pick<Deps, 'db'>): Promise<void> {
  return tidyApplicationRows(db)
}

const confirmUrl = ({ origin }: Pick<Caller, 'origin'>, token: string) => `${origin}/partners/confirm/${token}`
const statusUrl = ({ origin }: Pick<Caller, 'origin'>, token: string) => `${origin}/partners/status/${token}`

function dueFrom({ ctx }: Pick<Deps, 'ctx'>): number {
  return afterBusinessDays(ctx.now(), PROMISED_DAYS)
}

async function outOfTurn({ db }: Deps, id: string, decision: Decision) {
  const { state } = await getApplication(db, id)
  const may = { ask: 'waits for us', accept: 'is open', decline: 'is open' }[decision]
  return refusal(409, `This takes an application that ${may}; this one stands as “${STATE_NAMES[state]}”.`, 'decision')
}
