import { eq, sql } from 'drizzle-orm'
import type { Context as HonoContext } from 'hono'
import type { Accounts } from './accounts.ts'
import { attempts } from './schema.ts'

const QUARTER_MS = 15 * 60_000

/** What may be tried so many times in a while, under a key. */
export interface Counter {
  key: string
  most: number
  /** Default: a quarter of an hour. */
  windowMs?: number
  /** Begins anew with the first right try: it is about one account, and whoever was right may use that. */
  anew?: true
}

/**
 * What may be guessed at: so many times a quarter of an hour from one address, for one account from one address, and for
 * one account from wherever. The last is far above the others: it ends a search from many addresses, and a stranger needs
 * ten addresses to keep an account's owner from signing in somewhere new.
 */
const LIMITS = {
  'sign-in': { address: 30, pair: 10, account: 100 },
  'second-factor': { address: 30, pair: 10 },
  'sign-up': { address: 10, pair: 5 },
  // Each is a mail to the account's owner, who has had five of them then.
  reset: { address: 10, account: 5 },
  link: { address: 30, pair: 30 },
  // The secret is too long to be guessed, so nobody shall keep its owner from it.
  claim: { address: 10 },
  // Each is a mail to somebody who may know nothing of it.
  apply: { address: 5, account: 3 },
  stream: { address: 5, account: 3 },
  // Each is a request of ours to a host that a stranger names.
  example: { address: 10, account: 30 },
  feedback: { address: 10 },
  // Only what was wrong counts: a partner's server asks for all of its customers from one address.
  token: { address: 60 },
} as const

export type Guess = keyof typeof LIMITS

/**
 * What counts a guess of a stranger, in the order in which it is asked: what an address may not try counts for no
 * account. `account` is whatever names the account: a try counts although there is none.
 */
export function attemptCounters(c: HonoContext, guess: Guess, account: string): Counter[] {
  return countersFrom(addressOf(c), guess, account)
}

/** As `attemptCounters`, from an address as `Caller` has it. */
export function countersFrom(address: string, guess: Guess, account: string): Counter[] {
  const { address: most, pair, account: all }: { address: number; pair?: number; account?: number } = LIMITS[guess]
  const from = network(address)
  const of = account.toLowerCase().slice(0, 200)
  return [
    { key: `${guess} from ${from}`, most },
    ...(pair === undefined ? [] : [{ key: `${guess} of ${of} from ${from}`, most: pair, anew: true as const }]),
    ...(all === undefined ? [] : [{ key: `${guess} of ${of}`, most: all }]),
  ]
}

/**
 * Counts a try before it is made, in D1, where every isolate sees it. Returns the seconds until there may be another, or
 * `undefined`: go on.
 */
export async function tooManyAttempts(
  { db, ctx }: Accounts,
  counters: readonly Counter[],
): Promise<number | undefined> {
  for (const counter of counters) {
    const seconds = await waitFor(db, counter, ctx.now())
    if (seconds !== undefined) return seconds
  }
  return undefined
}

/** What was tried was right: it does not count. */
export async function wasRight({ db }: Accounts, counters: readonly Counter[]): Promise<void> {
  const [first, ...rest] = counters.map(({ key, anew }) =>
    anew
      ? db.orm.delete(attempts).where(eq(attempts.key, key))
      : db.orm
          .update(attempts)
          .set({ count: sql`${attempts.count} - 1` })
          .where(eq(attempts.key, key)),
  )
  if (first) await db.orm.batch([first, ...rest])
}

/** How long a code that was used is remembered: it is good for a minute and a half. */
const CODE_MS = 5 * 60_000

/**
 * Notes that a person has used a code of their authenticator app; `false`: they have before. In one statement, so that
 * of two who use it at once one succeeds (RFC 6238, 5.2: a code is good once).
 */
export async function spendCode({ orm, ctx }: Accounts['db'], userId: string, code: string): Promise<boolean> {
  const now = ctx.now()
  const spent = { count: 1, resetAt: now + CODE_MS }
  const rows = await orm
    .insert(attempts)
    .values({ key: `code ${code} of ${userId}`, ...spent })
    .onConflictDoUpdate({ target: attempts.key, set: spent, setWhere: sql`${attempts.resetAt} <= ${now}` })
    .returning({ key: attempts.key })
  return rows.length > 0
}

/** One try more under `key`. Once there were too many nothing is written: whoever goes on trying costs no rows. */
async function waitFor(
  { orm }: Accounts['db'],
  { key, most, windowMs = QUARTER_MS }: Counter,
  now: number,
): Promise<number | undefined> {
  const over = sql`${attempts.resetAt} <= ${now}`
  const [, [row]] = await orm.batch([
    orm
      .insert(attempts)
      .values({ key, count: 1, resetAt: now + windowMs })
      .onConflictDoUpdate({
        target: attempts.key,
        set: {
          count: sql`CASE WHEN ${over} THEN 1 ELSE ${attempts.count} + 1 END`,
          resetAt: sql`CASE WHEN ${over} THEN ${now + windowMs} ELSE ${attempts.resetAt} END`,
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
