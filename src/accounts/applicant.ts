import { and, eq, sql } from 'drizzle-orm'
import type { Accounts } from './accounts.ts'
import { sendMail } from './mail.ts'
import { oneTime } from './one-time.ts'
import { members, users } from './schema.ts'

const SIGN_IN_MS = 60 * 60_000

/**
 * The account of an e-mail address that its owner has just proven by a link; made, without a password, where there is
 * none. `token`: of a new one, what signs its owner in, once, within an hour.
 */
export async function personOfProvenAddress(
  accounts: Accounts,
  origin: string,
  { email, name }: { email: string; name: string },
): Promise<{ userId: string; token?: string }> {
  const { internalAdapter } = await (await accounts.library(origin)).$context
  const known = await internalAdapter.findUserByEmail(email)
  if (known) return { userId: known.user.id }
  const { id } = await internalAdapter.createUser({ email, name, emailVerified: true }, { method: 'sign-in-link' })
  return { userId: id, token: (await oneTime(origin, accounts, 'sign-in-link', id, SIGN_IN_MS)).token }
}

/** Makes somebody an owner of a workspace; again it changes nothing. */
export async function joinAsOwner({ db, ctx }: Accounts, workspaceId: string, userId: string): Promise<void> {
  const row = { workspaceId, userId, role: 'owner' as const, sources: [], createdAt: ctx.now() }
  await db.orm.insert(members).values(row).onConflictDoNothing()
}

/**
 * Mails an owner of a workspace, by their address, a link that signs them in. `false`: no mail is sent here, they are no
 * owner of it, or a code of an authenticator app is asked of them, which a link must not spare.
 */
export async function mailSignInLink(
  accounts: Accounts,
  origin: string,
  workspaceId: string,
  email: string,
): Promise<boolean> {
  if (!accounts.mailWebhook) return false
  const [person] = await accounts.db.orm
    .select({ userId: users.id })
    .from(users)
    .innerJoin(members, eq(members.userId, users.id))
    .where(
      and(
        eq(users.email, email),
        eq(members.workspaceId, workspaceId),
        eq(members.role, 'owner'),
        sql`${users.twoFactorEnabled} IS NOT 1`,
      ),
    )
  if (!person) return false
  const { token } = await oneTime(origin, accounts, 'sign-in-link', person.userId, SIGN_IN_MS)
  const text = `Sign in with this link. It works once, for an hour:\n\n${origin}/sign-in/${token}\n\nIf you did not ask for it, do nothing.\n`
  return sendMail(accounts, { to: email, subject: 'Sign in', text })
}
