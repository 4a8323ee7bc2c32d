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
 */
export async function tooMany(
  c: HonoContext,
  { db, ctx }: Accounts,
  guess: Guess,
  account: string,
): Promise<number | undefined> {
  const { address: mostOfAddress, account: mostOfAccount } = LIMITS[guess]
  const [byAddress, byAccount] = await db.orm.batch([
    counted(db, keyOfAddress(guess, c), ctx.now()),
    counted(db, keyOfAccount(guess, account), ctx.now()),
  ])
  const over = [
    ...byAddress.filter(({ count }) => count > mostOfAddress),
    ...byAccount.filter(({ count }) => count > mostOfAccount),
  ].map(({ resetAt }) => Math.ceil((resetAt - ctx.now()) / 1_000))
  return over.length > 0 ? Math.max(1, ...over) : undefined
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

function counted({ orm }: Accounts['db'], key: string, now: number) {
  const over = sql`${attempts.resetAt} <= ${now}`
  return orm
    .insert(attempts)
    .values({ key, count: 1, resetAt: now + WINDOW_MS })
    .onConflictDoUpdate({
      target: attempts.key,
      set: {
        count: sql`CASE WHEN ${over} THEN 1 ELSE ${attempts.count} + 1 END`,
        resetAt: sql`CASE WHEN ${over} THEN ${now + WINDOW_MS} ELSE ${attempts.resetAt} END`,
      },
    })
    .returning({ count: attempts.count, resetAt: attempts.resetAt })
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
