import { eq } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import { renderSVG } from 'uqr'
import type { Person } from './access.ts'
import type { Accounts } from './accounts.ts'
import type { Counter } from './attempts.ts'
import { type Ask, call, nameProblems } from './call.ts'
import { done, messageOf, type Result } from '../refusal.ts'
import { endLinks } from './one-time.ts'
import { credentials, users } from './schema.ts'
import { endSessions } from './sessions.ts'
import { patience } from './sign-in.ts'

export interface TotpSetup {
  /** What the app takes when it has no camera. */
  secret: string
  /** An SVG of the QR code. */
  qr: string
  recoveryCodes: string[]
}

export async function rename({ db, ctx }: Accounts, { userId }: Person, name: string): Promise<Result<null>> {
  const problems = nameProblems(name, 'name', 'Say how you are called.')
  if (problems.length > 0) return { ok: false, problems }
  await db.orm
    .update(users)
    .set({ name: name.trim(), updatedAt: new Date(ctx.now()) })
    .where(eq(users.id, userId))
  return done(null)
}

/** Somebody who came by a sign-in link has none yet. */
export async function hasPassword({ db }: Accounts, { userId }: Person): Promise<boolean> {
  const [row] = await db.orm.select({ id: credentials.id }).from(credentials).where(eq(credentials.userId, userId))
  return row !== undefined
}

/** Ends every other session, and every link that was made for the person. `current` is empty for somebody who has no password yet. */
export async function changePassword(
  c: HonoContext,
  accounts: Accounts,
  person: Person,
  { current, next }: { current: string; next: string },
): Promise<Result<null>> {
  const full = await patience(c, accounts, ofSession(person))
  if (full) return full
  if (!(await hasPassword(accounts, person))) {
    const set = await call(c, accounts, (api, request) =>
      api.setPassword({ ...request, body: { newPassword: next } }).then(({ headers }) => ({ headers, response: null })),
    )
    if (set.ok) await endOthers(accounts, person)
    return named(set, 'next')
  }
  const body = { currentPassword: current, newPassword: next, revokeOtherSessions: true }
  const answer = await call(c, accounts, (api, request) => api.changePassword({ ...request, body }))
  if (!answer.ok) return named(answer, messageOf(answer.problems).startsWith('This is not') ? 'current' : 'next')
  await endLinks(accounts, person.userId)
  return done(null)
}

/** The library ends sessions when a password is changed, not when the first one is set. */
async function endOthers(accounts: Accounts, { userId, sessionId }: Person): Promise<void> {
  await endSessions(accounts, userId, sessionId)
  await endLinks(accounts, userId)
}

/** Begins: the app is asked for only after `confirmTotp`. Whoever has a password gives it. */
export async function beginTotp(
  c: HonoContext,
  accounts: Accounts,
  person: Person,
  password: string,
): Promise<Result<TotpSetup>> {
  const body = withPassword(password)
  const answer = await guess(c, accounts, person, (api, request) => api.enableTwoFactor({ ...request, body }))
  if (!answer.ok) return answer
  const { totpURI = '', backupCodes } = answer.value as { totpURI?: string; backupCodes: string[] }
  const secret = new URL(totpURI).searchParams.get('secret') ?? ''
  return done({ secret, qr: renderSVG(totpURI, { border: 2 }), recoveryCodes: backupCodes })
}

export async function confirmTotp(
  c: HonoContext,
  accounts: Accounts,
  person: Person,
  code: string,
): Promise<Result<null>> {
  const body = { code: code.replaceAll(/\s/g, '') }
  const answer = await guess(c, accounts, person, (api, request) => api.verifyTOTP({ ...request, body }))
  return answer.ok ? done(null) : answer
}

export async function endTotp(
  c: HonoContext,
  accounts: Accounts,
  person: Person,
  password: string,
): Promise<Result<null>> {
  const body = withPassword(password)
  const answer = await guess(c, accounts, person, (api, request) => api.disableTwoFactor({ ...request, body }))
  return answer.ok ? done(null) : answer
}

/** The old ones are worth nothing from now on. */
export async function newRecoveryCodes(
  c: HonoContext,
  accounts: Accounts,
  person: Person,
  password: string,
): Promise<Result<string[]>> {
  const body = withPassword(password)
  const answer = await guess(c, accounts, person, (api, request) => api.generateBackupCodes({ ...request, body }))
  return answer.ok ? done(answer.value.backupCodes) : answer
}

/** Asks the library for what a password or a code guards, as long as not too many of them were tried. */
async function guess<T>(c: HonoContext, accounts: Accounts, person: Person, ask: Ask<T>): Promise<Result<T>> {
  return (await patience(c, accounts, ofSession(person))) ?? call(c, accounts, ask)
}

/**
 * Guesses of somebody who is signed in are counted for the session alone: strangers, who guess elsewhere, keep nobody from
 * changing the password that they are after.
 */
function ofSession({ sessionId }: Person): Counter[] {
  return [{ key: `password in ${sessionId}`, most: 10 }]
}

function withPassword(password: string): { password?: string } {
  return password === '' ? {} : { password }
}

function named<T>(outcome: Result<T>, field: string): Result<null> {
  return outcome.ok ? done(null) : { ok: false, problems: outcome.problems.map(({ message }) => ({ field, message })) }
}
