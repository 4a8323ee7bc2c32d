import { and, asc, eq } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import { randomId } from '../context.ts'
import { FIRST_WORKSPACE } from '../settings/index.ts'
import type { Accounts } from './accounts.ts'
import { record } from './audit.ts'
import { addressOf, attemptCounters, wasRight } from './attempts.ts'
import { call } from './call.ts'
import type { Caller } from './caller.ts'
import { done, type Result } from '../refusal.ts'
import { originOf } from './cookies.ts'
import { sendMail } from './mail.ts'
import { getMember } from './members.ts'
import { endLinks, oneTime } from './one-time.ts'
import { members, users } from './schema.ts'
import { patience } from './sign-in.ts'
import { becomeFirstOwner } from './sign-up.ts'
import { snapshotOf } from './subjects.ts'

const SIGN_IN_MS = 60 * 60_000
const RESET_MS = 60 * 60_000
/** In a reserved top-level domain, where no mail goes and nobody signs up. */
const OWNERS_DOMAIN = 'sluice.localhost'

/**
 * A one-time link that signs in as an owner of the first workspace, for whoever holds `ADMIN_TOKEN`: the local run's way
 * in, and the way back when the only owner lost their password. Where there is no owner yet one is made, without a
 * password.
 */
export async function issueSignInLink(
  accounts: Accounts,
  { origin }: Pick<Caller, 'origin'>,
): Promise<{ link: string; expiresAt: number }> {
  const userId = (await ownerOfFirst(accounts)) ?? (await makeOwner(origin, accounts))
  const { token, expiresAt } = await oneTime(origin, accounts, 'sign-in-link', userId, SIGN_IN_MS)
  return { link: `${origin}/sign-in/${token}`, expiresAt }
}

/**
 * Whom a sign-in link signs in, as their address; `undefined`: it is spent, too old or none. Only looks: a link is opened
 * by previews, scanners and browsers that fetch ahead, too.
 */
export async function ownerOfLink(c: HonoContext, accounts: Accounts, token: string): Promise<string | undefined> {
  const { $context } = await accounts.library(originOf(c))
  const { internalAdapter } = await $context
  const found = await internalAdapter.findVerificationValue(`sign-in-link:${token}`)
  if (!found || found.expiresAt.getTime() <= accounts.ctx.now()) return undefined
  return (await internalAdapter.findUserById(found.value))?.email
}

/**
 * A link with which a member of a workspace sets a new password; for an owner to pass on. `undefined`: the person belongs
 * to another one too. That is asked after the link was made, because they may join one meanwhile: joining ends links.
 */
export async function issueResetLink(
  accounts: Accounts,
  { origin }: Pick<Caller, 'origin'>,
  workspaceId: string,
  userId: string,
): Promise<{ link: string; mailed: boolean } | undefined> {
  const { token } = await oneTime(origin, accounts, 'reset-password', userId, RESET_MS)
  const member = await getMember(accounts, workspaceId, userId)
  if (!member || member.elsewhere) {
    await endLinks(accounts, userId)
    return undefined
  }
  const [person] = await accounts.db.orm.select({ email: users.email }).from(users).where(eq(users.id, userId))
  const link = `${origin}/reset/${token}`
  return { link, mailed: person ? await mailReset(accounts, person.email, link) : false }
}

/**
 * What the page "Forgot your password?" asks for. Says nothing of whether there is such an account; the work is left to
 * `later`, so that not even its duration does. Without a mailer nothing is sent.
 */
export async function requestReset(c: HonoContext, accounts: Accounts, email: string): Promise<Result<null>> {
  const full = await patience(c, accounts, attemptCounters(c, 'reset', email))
  if (full) return full
  if (accounts.mailWebhook) c.executionCtx.waitUntil(sendReset(c, accounts, email.trim().toLowerCase()))
  return done(null)
}

/** Sets a new password, which ends every session of the person. Signing in comes next. */
export async function resetPassword(
  c: HonoContext,
  accounts: Accounts,
  token: string,
  password: string,
): Promise<Result<null>> {
  const counters = attemptCounters(c, 'link', token)
  const full = await patience(c, accounts, counters)
  if (full) return full
  const { $context } = await accounts.library(originOf(c))
  const found = await (await $context).internalAdapter.findVerificationValue(`reset-password:${token}`)
  const answer = await call(c, accounts, (api, request) =>
    api.resetPassword({ ...request, body: { token, newPassword: password } }),
  )
  if (!answer.ok) return answer
  await wasRight(accounts, counters)
  if (found) {
    await endLinks(accounts, found.value)
    await noteReset(c, accounts, found.value)
  }
  return done(null)
}

async function sendReset(c: HonoContext, accounts: Accounts, email: string): Promise<void> {
  const [person] = await accounts.db.orm.select({ id: users.id }).from(users).where(eq(users.email, email))
  if (!person) return
  const { token } = await oneTime(originOf(c), accounts, 'reset-password', person.id, RESET_MS)
  await mailReset(accounts, email, `${originOf(c)}/reset/${token}`)
}

function mailReset(accounts: Accounts, to: string, link: string): Promise<boolean> {
  const text = `Set a new password for Sluice with this link. It works once, for an hour:\n\n${link}\n\nIf you did not ask for it, do nothing.\n`
  return sendMail(accounts, { to, subject: 'Set a new password', text })
}

async function ownerOfFirst({ db }: Accounts): Promise<string | undefined> {
  const [row] = await db.orm
    .select({ userId: members.userId })
    .from(members)
    .where(and(eq(members.workspaceId, FIRST_WORKSPACE), eq(members.role, 'owner')))
    .orderBy(asc(members.createdAt))
    .limit(1)
  return row?.userId
}

/**
 * A new account, always: one that is there already is somebody's, whatever its address says. Nobody else can make one in
 * the reserved domain (`isEmail`), but an earlier owner of this deployment may still have the first address.
 */
async function makeOwner(origin: string, accounts: Accounts): Promise<string> {
  const { $context } = await accounts.library(origin)
  const { internalAdapter } = await $context
  const first = `owner@${OWNERS_DOMAIN}`
  const taken = await internalAdapter.findUserByEmail(first)
  const email = taken ? `${randomId(accounts.ctx, 'owner-', 12)}@${OWNERS_DOMAIN}` : first
  const fresh = { email, name: 'Owner', emailVerified: false }
  try {
    const { id } = await internalAdapter.createUser(fresh, { method: 'sign-in-link' })
    await becomeFirstOwner(accounts, id)
  } catch (error) {
    // Of two links that are asked for at once, the other has made the account.
    accounts.ctx.log('warn', 'owner not made', { error: String(error) })
  }
  const owner = await ownerOfFirst(accounts)
  if (owner === undefined) throw new Error('the first workspace got no owner')
  return owner
}

/** In the trail of every workspace that the person belongs to. */
async function noteReset(c: HonoContext, accounts: Accounts, userId: string): Promise<void> {
  const { db } = accounts
  const rows = await db.orm
    .select({ workspaceId: members.workspaceId, email: users.email })
    .from(members)
    .innerJoin(users, eq(users.id, members.userId))
    .where(eq(members.userId, userId))
  for (const { workspaceId, email } of rows) {
    const actor = { workspaceId, type: 'user' as const, id: userId, name: email, address: addressOf(c) }
    const resource = { type: 'user', id: userId }
    const is = await snapshotOf(accounts, workspaceId, resource)
    await record(db, actor, { type: 'Password Reset', resource, before: is, after: is })
  }
}
