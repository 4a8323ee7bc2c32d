import { eq, sql } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import { createWorkspace, FIRST_WORKSPACE, renameWorkspace } from '../settings/index.ts'
import type { Accounts } from './accounts.ts'
import { record } from './audit.ts'
import { addressOf, attemptCounters } from './attempts.ts'
import { call, emailProblems, nameProblems, passwordProblems } from './call.ts'
import { done, type Result, wrong } from '../refusal.ts'
import { originOf } from './cookies.ts'
import { endLinks, oneTime } from './one-time.ts'
import { sendMail } from './mail.ts'
import { hasOwner } from './members.ts'
import { members, users } from './schema.ts'
import { patience } from './sign-in.ts'
import { sameBytes, sha256 } from './tokens.ts'

export interface NewPerson {
  name: string
  email: string
  password: string
  /** What the workspace is to be called. */
  workspace: string
}

const CLOSED = 'People join this deployment by invitation.'
const PROVE_MS = 24 * 3_600_000

/**
 * An account with a workspace of its own; for deployments that let anybody in and send no mail. Where there is mail the
 * address is proven first, see `requestSignUp`.
 */
export async function signUp(c: HonoContext, accounts: Accounts, input: NewPerson): Promise<Result<null>> {
  if (!accounts.openSignUp || accounts.mailWebhook) return wrong(CLOSED)
  const full = await patience(c, accounts, attemptCounters(c, 'sign-up', input.email))
  if (full) return full
  const made = await createPerson(c, accounts, input)
  return made.ok ? found(c, accounts, input, made.value) : made
}

/**
 * Mails a link with which somebody signs up: nobody makes an account with an address that is another's. Says nothing of
 * whether there is such an account; the work is left to `later`, so that not even its duration does.
 */
export async function requestSignUp(c: HonoContext, accounts: Accounts, email: string): Promise<Result<null>> {
  if (!accounts.openSignUp) return wrong(CLOSED)
  const full = await patience(c, accounts, attemptCounters(c, 'sign-up', email))
  if (full) return full
  const problems = emailProblems(email)
  if (problems.length > 0) return { ok: false, problems }
  c.executionCtx.waitUntil(mailSignUp(c, accounts, email.toLowerCase()))
  return done(null)
}

async function mailSignUp(c: HonoContext, accounts: Accounts, to: string): Promise<void> {
  const [known] = await accounts.db.orm.select({ id: users.id }).from(users).where(eq(users.email, to))
  if (known) {
    const text = `Somebody, perhaps you, wanted to sign up at Sluice with this address. There is an account already: ${originOf(c)}/sign-in\n`
    await sendMail(accounts, { to, subject: 'You have an account at Sluice', text })
    return
  }
  const { token } = await oneTime(originOf(c), accounts, 'sign-up', to, PROVE_MS)
  const text = `Sign up at Sluice with this link. It works once, for a day:\n\n${originOf(c)}/sign-up/${token}\n\nIf you did not ask for it, do nothing.\n`
  await sendMail(accounts, { to, subject: 'Sign up at Sluice', text })
}

/** The address that a sign-up link was mailed to; `undefined`: it is spent, too old or none. Only looks. */
export async function addressOfLink(c: HonoContext, accounts: Accounts, token: string): Promise<string | undefined> {
  const { $context } = await accounts.library(originOf(c))
  const row = await (await $context).internalAdapter.findVerificationValue(`sign-up:${token}`)
  return row && row.expiresAt.getTime() > accounts.ctx.now() ? row.value : undefined
}

/** Signs up whoever has the link, with the address that it was mailed to. */
export async function signUpByLink(
  c: HonoContext,
  accounts: Accounts,
  token: string,
  given: Omit<NewPerson, 'email'>,
): Promise<Result<null>> {
  if (!accounts.openSignUp) return wrong(CLOSED)
  const full = await patience(c, accounts, attemptCounters(c, 'link', token))
  if (full) return full
  const email = await addressOfLink(c, accounts, token)
  if (email === undefined) return wrong('This link is spent or too old. Sign up again.')
  const input = { ...given, email }
  const made = await createPerson(c, accounts, input)
  if (!made.ok) return made
  // There is one account for an address, so the link is spent by what it has made; this is for the next one.
  await endLinks(accounts, email)
  return found(c, accounts, input, made.value)
}

async function found(c: HonoContext, accounts: Accounts, input: NewPerson, userId: string): Promise<Result<null>> {
  const { id } = await createWorkspace(accounts.db, input.workspace.trim())
  await accounts.db.orm
    .insert(members)
    .values({ workspaceId: id, userId, role: 'owner', sources: [], createdAt: accounts.ctx.now() })
  await note(c, accounts, id, userId, input.email, 'Workspace Created')
  return done(null)
}

/** Whether this deployment still waits for its first owner. */
export async function isUnclaimed(accounts: Accounts): Promise<boolean> {
  return !(await hasOwner(accounts, FIRST_WORKSPACE))
}

/** Makes whoever knows the secret `ADMIN_TOKEN` the first owner of the first workspace, once. */
export async function claim(
  c: HonoContext,
  accounts: Accounts,
  input: NewPerson & { secret: string },
): Promise<Result<null>> {
  const full = await patience(c, accounts, attemptCounters(c, 'claim', FIRST_WORKSPACE))
  if (full) return full
  if (!(await isUnclaimed(accounts))) return wrong('This deployment has an owner already. Ask them for an invitation.')
  const { adminToken } = accounts
  if (!adminToken || !sameBytes(await sha256(input.secret.trim()), await sha256(adminToken))) {
    return wrong('This is not the secret ADMIN_TOKEN of this deployment.', 'secret')
  }
  const made = await createPerson(c, accounts, input)
  if (!made.ok) return made
  if (!(await becomeFirstOwner(accounts, made.value))) return wrong('Somebody else has just claimed this deployment.')
  await renameWorkspace(accounts.db, FIRST_WORKSPACE, input.workspace.trim())
  await note(c, accounts, FIRST_WORKSPACE, made.value, input.email, 'Workspace Claimed')
  return done(null)
}

/** `false`: there is one. In one statement, so that of two claims one succeeds. */
export async function becomeFirstOwner({ db, ctx }: Accounts, userId: string): Promise<boolean> {
  const { meta } = await db.orm.run(
    sql`INSERT INTO members (workspace_id, user_id, role, sources, created_at) SELECT ${FIRST_WORKSPACE}, ${userId}, 'owner', '[]', ${ctx.now()} WHERE NOT EXISTS (SELECT 1 FROM members WHERE workspace_id = ${FIRST_WORKSPACE} AND role = 'owner')`,
  )
  return meta.changes > 0
}

async function createPerson(c: HonoContext, accounts: Accounts, input: NewPerson): Promise<Result<string>> {
  const problems = [
    ...nameProblems(input.name, 'name', 'Say how you are called.'),
    ...nameProblems(input.workspace, 'workspace', 'Give the workspace a name.'),
    ...emailProblems(input.email),
    ...passwordProblems(input.password),
  ]
  if (problems.length > 0) return { ok: false, problems }
  const body = { email: input.email.trim(), name: input.name.trim(), password: input.password }
  const answer = await call(c, accounts, (api, request) => api.signUpEmail({ ...request, body }))
  return answer.ok ? done(answer.value.user.id) : answer
}

async function note(
  c: HonoContext,
  { db }: Accounts,
  workspaceId: string,
  userId: string,
  email: string,
  type: string,
): Promise<void> {
  const actor = { workspaceId, type: 'user' as const, id: userId, name: email, address: addressOf(c) }
  await record(db, actor, { type, resource: { type: 'workspace', id: workspaceId } })
}
