import type { Context as HonoContext } from 'hono'
import { nameProblem } from '../settings/index.ts'
import { done, type Problem, problem, type Result } from '../refusal.ts'
import type { Accounts } from './accounts.ts'
import { addressOf } from './attempts.ts'
import { originOf } from './cookies.ts'
import type { Library } from './library.ts'

const TOO_SHORT = problem('A password has at least 10 characters.', 'password')
const TOO_LONG = problem('A password has at most 128 characters.', 'password')

/** The library's codes for what a person can mend. */
const PROBLEMS: Record<string, Problem> = {
  INVALID_EMAIL_OR_PASSWORD: { message: 'E-mail address or password is wrong. Check both, or reset the password.' },
  INVALID_EMAIL: { field: 'email', message: 'This is not an e-mail address.' },
  // Of what is sent, only the address has a form that can be wrong.
  VALIDATION_ERROR: { field: 'email', message: 'This is not an e-mail address.' },
  INVALID_PASSWORD: { field: 'password', message: 'This is not your password.' },
  PASSWORD_TOO_SHORT: TOO_SHORT,
  PASSWORD_TOO_LONG: TOO_LONG,
  USER_ALREADY_EXISTS: { field: 'email', message: 'Somebody has signed up with this address. Sign in instead.' },
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: {
    field: 'email',
    message: 'Somebody has signed up with this address. Sign in instead.',
  },
  // Of two who sign up at once with the same address, the second.
  FAILED_TO_CREATE_USER: { field: 'email', message: 'Somebody has signed up with this address. Sign in instead.' },
  INVALID_TOKEN: { message: 'This link is spent or too old. Ask for a new one.' },
  INVALID_CODE: {
    field: 'code',
    message: 'This code is not right. Codes change every 30 seconds; try the one shown now.',
  },
  CODE_SPENT: {
    field: 'code',
    message: 'This code was used already. Wait for the next one, and sign in with your password again.',
  },
  INVALID_BACKUP_CODE: { field: 'code', message: 'This is none of your recovery codes, or it was used before.' },
  BACKUP_CODES_NOT_ENABLED: { field: 'code', message: 'There are no recovery codes for this account.' },
  TWO_FACTOR_NOT_ENABLED: { message: 'Set up an authenticator app first.' },
  TOTP_ALREADY_ENABLED: { message: 'There is an authenticator app already. Switch it off before you set up another.' },
  TOTP_NOT_ENABLED: { message: 'Set up an authenticator app first.' },
  INVALID_TWO_FACTOR_COOKIE: { message: 'This took too long. Sign in with your password again.' },
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: { message: 'Too many wrong codes. Sign in with your password again.' },
  ACCOUNT_TEMPORARILY_LOCKED: { message: 'Too many wrong codes. Try again in a quarter of an hour.' },
  CREDENTIAL_ACCOUNT_NOT_FOUND: { message: 'You have no password yet. Set one with a reset link.' },
}

/** Top-level domains without mail (RFC 6761, RFC 9476): whoever says to have an address there takes what is ours. */
const RESERVED = /\.(?:localhost|invalid|alt)$/i

/** As strict as the library, so that whoever is invited can also sign up. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[\w.+'-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}$/i.test(text) && !RESERVED.test(text)
}

/** What is wrong with the name of a person or a workspace; `empty`, when there is none. */
export function nameProblems(name: string, field: string, empty: string): Problem[] {
  const found = name.trim() === '' ? empty : nameProblem(name)
  return found === undefined ? [] : [problem(found, field)]
}

/** What is wrong with a new password, as the library would say it: here it stands beside what else is wrong. */
export function passwordProblems(password: string): Problem[] {
  return password.length < 10 ? [TOO_SHORT] : password.length > 128 ? [TOO_LONG] : []
}

/** What is wrong with an e-mail address that somebody typed. */
export function emailProblems(address: string): Problem[] {
  return isEmail(address.trim()) ? [] : [problem('This is not an e-mail address.', 'email')]
}

/** What a function of the library returns when it is asked for its headers too. */
interface Answer<T> {
  headers: Headers
  response: T
}

/** One function of the library, called for a request. */
export type Ask<T> = (api: Library['api'], request: { headers: Headers; returnHeaders: true }) => Promise<Answer<T>>

/**
 * Calls a function of the library for this request, and passes the cookies that it sets on. What a person can mend comes
 * back as a problem; everything else is thrown.
 */
export async function call<T>(c: HonoContext, accounts: Accounts, ask: Ask<T>): Promise<Result<T>> {
  const { api } = await accounts.library(originOf(c))
  try {
    const { headers, response } = await ask(api, { headers: requestHeaders(c), returnHeaders: true })
    for (const cookie of headers.getSetCookie()) c.header('Set-Cookie', cookie, { append: true })
    return done(response)
  } catch (error) {
    const code = codeOf(error)
    const found = code === undefined ? undefined : PROBLEMS[code]
    if (!found) throw error
    return { ok: false, problems: [found] }
  }
}

/** Only what the library needs: cookies, and where a session comes from. */
function requestHeaders(c: HonoContext): Headers {
  const headers = new Headers()
  for (const name of ['cookie', 'user-agent']) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  const address = addressOf(c)
  if (address !== '') headers.set('cf-connecting-ip', address)
  return headers
}

function codeOf(error: unknown): string | undefined {
  const { body } = (error ?? {}) as { body?: { code?: unknown } }
  return typeof body?.code === 'string' ? body.code : undefined
}
