import { eq } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import { getSignedCookie } from 'hono/cookie'
import type { Accounts } from './accounts.ts'
import { type Counter, attemptCounters } from './attempts.ts'
import { cookieName } from './cookies.ts'
import { users } from './schema.ts'

/** A browser in which somebody has signed in is known to be theirs for so long. */
export const DEVICE_SECONDS = 180 * 86_400
/** Tries of one such browser, and of all of an account's, in a quarter of an hour. */
const OF_ONE = 10
const OF_ALL = 100

/** Its name without the prefix; the value, signed, is the person's id, a dot and something random. */
export const deviceCookie = (userId: string) => `device-${userId}`

/**
 * What counts a try of a password. A browser in which the account's owner has signed in before has counters of its own:
 * whatever strangers try, it keeps nobody from signing in there. Nor from anywhere, when a code of an authenticator app
 * is asked for after the password: then a search from many addresses finds nothing that opens the account.
 */
export async function signInCounters(c: HonoContext, accounts: Accounts, email: string): Promise<Counter[]> {
  const [user] = await accounts.db.orm
    .select({ id: users.id, twoFactor: users.twoFactorEnabled })
    .from(users)
    .where(eq(users.email, email.toLowerCase()))
  const device = user && (await knownDevice(c, accounts, user.id))
  if (device !== undefined) {
    return [
      { key: `sign-in by ${device}`, most: OF_ONE, anew: true },
      { key: `sign-in by all of ${user?.id}`, most: OF_ALL },
    ]
  }
  const counters = attemptCounters(c, 'sign-in', email)
  return user?.twoFactor === true ? counters.slice(0, 2) : counters
}

async function knownDevice(
  c: HonoContext,
  { keys }: Pick<Accounts, 'keys'>,
  userId: string,
): Promise<string | undefined> {
  const name = cookieName(c, deviceCookie(userId))
  if (!c.req.header('cookie')?.includes(`${name}=`)) return undefined
  const [signing] = await keys()
  const value = signing && (await getSignedCookie(c, signing.value, name))
  return value && value.startsWith(`${userId}.`) ? value : undefined
}
