import { eq, sql } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import type { Accounts } from './accounts.ts'
import { attempts } from './schema.ts'

/** What may be guessed at: so many times a quarter of an hour from one address, and for one account. */
const LIMITS = {
  'sign-in': { address: 30, account: 10 },
  'second-factor': { address: 30, account: 10 },
  'sign-up': { address: 10, account: 5 },
  reset: { address: 10, account: 5 },
  link: { address: 30, account: 30 },
  // The secret is too long to be guessed, so nobody shall keep its owner from it either.
  claim: { address: 10, account: 200 },
} as const
const WINDOW_MS = 15 * 60_000

export type Guess = keyof typeof LIMITS

/**
 * Counts a try before it is made, in D1, where every isolate sees it. Returns the seconds until there may be another, or
 * `undefined`: go on. `account` is whatever names the account: a try counts although there is none.
 *
 * The address comes first, and what it may not try counts for no account: else one address, long out of tries, could keep
 * everybody from their accounts.
 */
export async function tooMany(
  c: HonoContext,
  { db, ctx }: Accounts,
  guess: Guess,
  account: string,
): Promise<number | undefined> {
  const { address, account: ofAccount } = LIMITS[guess]
  const now = ctx.now()
  return (
    (await waitFor(db, keyOfAddress(guess, c), address, now)) ??
    (await waitFor(db, keyOfAccount(guess, account), ofAccount, now))
  )
}

/** What was guessed was right: the account's count begins anew, and the address gets this one try back. */
export async function rightGuess(c: HonoContext, { db }: Accounts, guess: Guess, account: string): Promise<void> {
  await db.orm.batch([
    db.orm.delete(attempts).where(eq(attempts.key, keyOfAccount(guess, account))),
    db.orm
      .update(attempts)
      .set({ count: sql`${attempts.count} - 1` })
      .where(eq(attempts.key, keyOfAddress(guess, c))),
  ])
}

const keyOfAddress = (guess: Guess, c: HonoContext) => `${guess} from ${network(addressOf(c))}`
const keyOfAccount = (guess: Guess, account: string) => `${guess} of ${account.toLowerCase().slice(0, 200)}`

/** One try more under `key`. Once there were too many nothing is written: whoever goes on trying costs no rows. */
async function waitFor({ orm }: Accounts['db'], key: string, most: number, now: number): Promise<number | undefined> {
  const over = sql`${attempts.resetAt} <= ${now}`
  const [, [row]] = await orm.batch([
    orm
      .insert(attempts)
      .values({ key, count: 1, resetAt: now + WINDOW_MS })
      .onConflictDoUpdate({
        target: attempts.key,
        set: {
          count: sql`CASE WHEN ${over} THEN 1 ELSE ${attempts.count} + 1 END`,
          resetAt: sql`CASE WHEN ${over} THEN ${now + WINDOW_MS} ELSE ${attempts.resetAt} END`,
        },
        setWhere: sql`${over} OR ${attempts.count} <= ${most}`,
      }),
    orm.select().from(attempts).where(eq(attempts.key, key)),
  ])
  if (!row || row.count <= most) return undefined
  return Math.max(1, Math.ceil((row.resetAt - now) / 1_000))
}

/**
 * The client's address as Cloudflare's edge saw it. Nothing else counts: whoever sends `X-Forwarded-For` chooses what it
 * says. Without the edge everybody is one.
 */
export function addressOf(c: HonoContext): string {
  return c.req.header('cf-connecting-ip') ?? ''
}

/** Of an IPv6 address the half that its holder cannot choose. */
export function network(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.toLowerCase().split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const groups = [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}
