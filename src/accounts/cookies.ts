import type { Context as HonoContext } from 'hono'
import { getSignedCookie } from 'hono/cookie'
import type { Accounts } from './accounts.ts'

export const cookiePrefix = 'sluice'
/** A session ends after two weeks, used or not. */
export const SESSION_SECONDS = 14 * 86_400

/** The token in the session cookie, when its signature is ours. The form is better-auth's. */
export async function sessionToken(c: HonoContext, { keys }: Pick<Accounts, 'keys'>): Promise<string | undefined> {
  const name = cookieName(c, 'session_token')
  if (!c.req.header('cookie')?.includes(`${name}=`)) return undefined
  const [signing] = await keys()
  return (signing && (await getSignedCookie(c, signing.value, name))) || undefined
}

/** On https a cookie's name says that it was set there. */
export function cookieName(c: HonoContext, name: string): string {
  return `${originOf(c).startsWith('https:') ? '__Secure-' : ''}${cookiePrefix}.${name}`
}

export function originOf(c: HonoContext): string {
  return new URL(c.req.url).origin
}
