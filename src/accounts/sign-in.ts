import type { Context as HonoContext } from 'hono'
import type { Accounts } from './accounts.ts'
import { type Counter, attemptCounters, tooManyAttempts, wasRight } from './attempts.ts'
import { call } from './call.ts'
import { type Caller, callerOf } from './caller.ts'
import { done, type Result, wrong } from '../refusal.ts'
import { signInCounters } from './devices.ts'

/** Signs in by password. `second-factor`: a code is asked for next. */
export async function signIn(
  c: HonoContext,
  accounts: Accounts,
  { email, password }: { email: string; password: string },
): Promise<Result<'signed-in' | 'second-factor'>> {
  const counters = await signInCounters(c, accounts, email)
  const full = await patience(c, accounts, counters)
  if (full) return full
  const answer = await call(c, accounts, (api, request) => api.signInEmail({ ...request, body: { email, password } }))
  if (!answer.ok) return answer
  await wasRight(accounts, counters)
  return done('twoFactorRedirect' in answer.value ? 'second-factor' : 'signed-in')
}

/** The second step: a code of the authenticator app, or a recovery code, which is spent by that. */
export async function secondFactor(c: HonoContext, accounts: Accounts, code: string): Promise<Result<null>> {
  // The challenge itself and the account are counted by the library; here it is the address.
  const counters = attemptCounters(c, 'second-factor', challengeOf(c))
  const full = await patience(c, accounts, counters)
  if (full) return full
  const digits = code.replaceAll(/\s/g, '')
  const answer = /^\d{6}$/.test(digits)
    ? await call(c, accounts, (api, request) => api.verifyTOTP({ ...request, body: { code: digits } }))
    : await call(c, accounts, (api, request) => api.verifyBackupCode({ ...request, body: { code: code.trim() } }))
  if (!answer.ok) return answer
  await wasRight(accounts, counters)
  return done(null)
}

/** Signs in whoever has a one-time sign-in link. */
export async function signInByLink(c: HonoContext, accounts: Accounts, token: string): Promise<Result<null>> {
  const counters = attemptCounters(c, 'link', token)
  const full = await patience(c, accounts, counters)
  if (full) return full
  const answer = await call(c, accounts, (api, request) => api.signInByLink({ ...request, body: { token } }))
  if (!answer.ok) return answer
  await wasRight(accounts, counters)
  return done(null)
}

export async function signOut(c: HonoContext, accounts: Accounts): Promise<void> {
  await call(c, accounts, (api, request) => api.signOut(request))
}

/** A problem when there were too many tries; the answer says how long to wait. */
export function patience(c: HonoContext, accounts: Accounts, counters: readonly Counter[]) {
  return patienceOf(callerOf(c), accounts, counters)
}

/** As `patience`. */
export async function patienceOf(caller: Caller, accounts: Accounts, counters: readonly Counter[]) {
  const seconds = await tooManyAttempts(accounts, counters)
  if (seconds === undefined) return undefined
  caller.retryAfter(seconds)
  return wrong(`That was tried too often. Try again in ${waitWords(seconds)}.`)
}

/** "15 minutes", "3 hours". */
function waitWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  if (minutes > 90) return `${Math.ceil(minutes / 60)} hours`
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}

function challengeOf(c: HonoContext): string {
  return /two_factor=([^;]{1,80})/.exec(c.req.header('cookie') ?? '')?.[1] ?? ''
}
