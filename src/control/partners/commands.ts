import { type Caller, countersFrom, mailSignInLink, patienceOf } from '../../accounts/index.ts'
import { messageOf, refusal } from '../../refusal.ts'
import { nameInMail } from '../../settings/index.ts'
import { checked } from '../checked.ts'
import { getProgramme, mailInItsName, mailItsContact } from '../programme/index.ts'
import type { ControlDeps } from '../request.ts'
import { afterBusinessDays } from './business-days.ts'
import { newAnswer, newApplication, newDecision } from './input.ts'
import { findByLink, insertLink } from './links.ts'
import { lookOf } from '../look-alike.ts'
import { type Application, findOpenApplication, getApplication } from './queries.ts'
import { ensureSandbox } from './sandbox.ts'
import { insertApplication, takeStep, tidyApplicationRows } from './store.ts'
import { actsIn, type Decision } from './states.ts'
import { MAIL_WORDS, STATE_NAMES } from './words.ts'

type Deps = Pick<ControlDeps, 'db' | 'accounts' | 'ctx'>

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
    const words = 'There is an application with this address already. How it stands:'
    await mailInItsName(deps, given.email, 'Your application', [words, statusUrl(caller, token)])
    return
  }
  const id = await insertApplication(db, { ...given, look: lookOf(given.company) })
  const token = await insertLink(db, id, 'confirm')
  await mailInItsName(deps, given.email, 'Confirm your application', [
    'Confirm with this link that the application is yours. It works once, for seven days:',
    confirmUrl(caller, token),
    'If you did not apply, do nothing: it is deleted by itself.',
  ])
}

/** What following the link of an application comes to. */
export interface Confirmed {
  /** Secret of the link to its status page. */
  status: string
  /** What signs the applicant in, whose account is new; absent: they have one. */
  signIn?: string
}

/**
 * The applicant has followed the link in the mail: from now on the application waits for us, and has a sandbox. `undefined`:
 * the link is spent, too old or none.
 */
export async function confirmApplication(
  deps: ControlDeps,
  caller: Caller,
  token: string,
): Promise<Confirmed | undefined> {
  const { db } = deps
  const id = await findByLink(db, 'confirm', token)
  if (id === undefined) return undefined
  if (!(await takeStep(db, id, { act: 'confirm', words: '', dueAt: await dueFrom(deps) }, token))) return undefined
  const application = await getApplication(db, id)
  const status = await insertLink(db, id, 'status')
  await mailInItsName(deps, application.email, 'Your application', [
    'Your address is confirmed. This page says how your application stands; its address is yours alone:',
    statusUrl(caller, status),
    'A sandbox is ready for you there: a workspace to try everything in, which a synthetic shop sends events to.',
  ])
  await tellOperators(deps, caller, application)
  const { token: signIn } = await ensureSandbox(deps, caller, application)
  return { status, ...(signIn !== undefined && { signIn }) }
}

/**
 * Mails whoever has the private link of an application, to its own address, a link that signs them in, and mends its
 * sandbox where that was not finished. `false`: no mail is sent here, or a code of an authenticator app is asked of them.
 * Throws 404 when the link is none, 409 (with `Retry-After`) when it was tried too often.
 */
export async function createApplicantSignIn(deps: ControlDeps, caller: Caller, token: string): Promise<boolean> {
  const { db, accounts } = deps
  const id = await findByLink(db, 'status', token)
  if (id === undefined) throw refusal(404, 'This link is too old, or none of ours.')
  const full = await patienceOf(caller, accounts, countersFrom(caller.address, 'reset', id))
  if (full) throw refusal(409, messageOf(full.problems))
  const application = await getApplication(db, id)
  const { workspaceId } = await ensureSandbox(deps, caller, application)
  return mailSignInLink(accounts, caller.origin, workspaceId, application.email)
}

/** A reviewer decides, and the applicant is told. Throws 400, 404, or 409 when it is not to be decided on. */
export async function decideApplication(
  deps: ControlDeps,
  caller: Caller,
  reviewer: string,
  id: string,
  body: unknown,
): Promise<Application> {
  const { db } = deps
  const { decision, words } = checked(newDecision, body)
  // What is accepted is a partner, whose workspace has to be there.
  if (decision === 'accept') await mendSandbox(deps, caller, id)
  if (!(await takeStep(db, id, { act: decision, reviewer, words, dueAt: null })))
    throw await outOfTurn(deps, id, decision)
  const application = await getApplication(db, id)
  const token = await insertLink(db, id, 'status')
  const [subject, said] = MAIL_WORDS[decision](application.company)
  await mailInItsName(deps, application.email, subject, [said, words, statusUrl(caller, token)])
  return application
}

/** The applicant answers by their private link. Throws 404 when it is none, 409 when they were not asked. */
export async function answerApplication(deps: Deps, token: string, body: unknown): Promise<void> {
  const { db } = deps
  const id = await findByLink(db, 'status', token)
  if (id === undefined) throw refusal(404, 'This link is too old, or none of ours.')
  const { words } = checked(newAnswer, body)
  if (await takeStep(db, id, { act: 'answer', words, dueAt: await dueFrom(deps) })) return
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

async function dueFrom({ db, ctx }: Pick<Deps, 'db' | 'ctx'>): Promise<number> {
  return afterBusinessDays(ctx.now(), (await getProgramme(db)).promisedDays)
}

/** Where it was not finished; of one that is not confirmed there is none. */
async function mendSandbox(deps: ControlDeps, caller: Caller, id: string): Promise<void> {
  const application = await getApplication(deps.db, id)
  if (application.shopId === null && actsIn(application.state).includes('accept'))
    await ensureSandbox(deps, caller, application)
}

/** Whoever runs the programme hears of an application once its address is confirmed. */
async function tellOperators(deps: Deps, { origin }: Caller, { id, company }: Application): Promise<void> {
  await mailItsContact(deps, `${nameInMail(company)} applies`, [`Answer here: ${origin}/applications/${id}`])
}

async function outOfTurn({ db }: Deps, id: string, decision: Decision) {
  const { state } = await getApplication(db, id)
  const may = { ask: 'waits for us', accept: 'is open', decline: 'is open' }[decision]
  return refusal(409, `This takes an application that ${may}; this one stands as “${STATE_NAMES[state]}”.`, 'decision')
}
