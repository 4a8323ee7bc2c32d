import type { Context as HonoContext } from 'hono'
import { nameProblem } from '../settings/index.ts'
import type { Accounts } from './accounts.ts'
import { addressOf } from './attempts.ts'
import { originOf } from './cookies.ts'
import type { Library } from './library.ts'

/** What is wrong with what somebody has typed, in a sentence; without `field` it belongs to the form as a whole. */
export interface Fault {
  field?: string
  message: string
}

export type Outcome<T> = { ok: true; value: T } | { ok: false; fault: Fault }

export const done = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const wrong = (message: string, field?: string): { ok: false; fault: Fault } => ({
  ok: false,
  fault: { message, ...(field !== undefined && { field }) },
})

/** The library's codes for what a person can mend. */
const FAULTS: Record<string, Fault> = {
  INVALID_EMAIL_OR_PASSWORD: { message: 'E-mail address or password is wrong. Check both, or reset the password.' },
  INVALID_EMAIL: { field: 'email', message: 'This is not an e-mail address.' },
  // Of what is sent, only the address has a form that can be wrong.
  VALIDATION_ERROR: { field: 'email', message: 'This is not an e-mail address.' },
  INVALID_PASSWORD: { field: 'password', message: 'This is not your password.' },
  PASSWORD_TOO_SHORT: { field: 'password', message: 'A password has at least 10 characters.' },
  PASSWORD_TOO_LONG: { field: 'password', message: 'A password has at most 128 characters.' },
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
export function nameFault(name: string, field: string, empty: string): { ok: false; fault: Fault } | undefined {
  if (name.trim() === '') return wrong(empty, field)
  const problem = nameProblem(name)
  return problem === undefined ? undefined : wrong(problem, field)
}

/** What a function of the library returns when it is asked for its headers too. */
interface Answer<T> {
  headers: Headers
  response: T
}

/**
 * Calls a function of the library for this request, and passes the cookies that it sets on. What a person can mend comes
 * back as a fault; everything else is thrown.
 */
export async function call<T>(
  c: HonoContext,
  accounts: Accounts,
  ask: (api: Library['api'], request: { headers: Headers; returnHeaders: true }) => Promise<Answer<T>>,
): Promise<Outcome<T>> {
  const { api } = await accounts.library(originOf(c))
  try {
    const { headers, response } = await ask(api, { headers: requestHeaders(c), returnHeaders: true })
    for (const cookie of headers.getSetCookie()) c.header('Set-Cookie', cookie, { append: true })
    return done(response)
  } catch (error) {
    const code = codeOf(error)
    const fault = code === undefined ? undefined : FAULTS[code]
    if (!fault) throw error
    return { ok: false, fault }
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
