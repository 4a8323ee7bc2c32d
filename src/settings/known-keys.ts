import { and, asc, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { SingleFlight } from './lookup-cache.ts'
import { prepared } from './prepared.ts'
import { sources, writeKeys } from './schema.ts'

/** Longer keys are nobody's, and not looked for. */
export const MOST_KEY_CHARS = 256

/** Keys that one query asks for. */
const MOST_ASKED = 100
/** Queries that may come to a key which nobody has, before all keys are listed; `regain` gives one back. */
const MISSES = 3
/** What is kept; the oldest goes. */
const MOST_OWNERS = 50_000
const MOST_STRANGERS = 1_000
/** Keys that are listed, and those of one query. */
const MOST_LISTED = 200_000
const PAGE = 20_000

/** Who a write key belongs to. */
export interface KeyOwner {
  sourceId: string
  enabled: boolean
  /** The source's own limit; `null`: the deployment's. */
  eventsPerSecond: number | null
}

/**
 * The write keys that an isolate was asked for. What many ask for at the same time is one query, and one runs at a time.
 * Keys that nobody has are made up faster than a database is asked: after a few of them every key in force is listed,
 * once, and from then on those that are not in the list cost nothing. All of it is true as long as `forget` is told what
 * has changed.
 */
export class KnownKeys {
  readonly #db: Database
  readonly #owners = new Map<string, KeyOwner>()
  /** Keys that nobody has. */
  readonly #strangers = new Set<string>()
  #listed: { keys: Set<string>; last: string; whole: boolean } | undefined
  #misses = MISSES
  /** Grows with each change: what was asked before is answered, and not kept. */
  #age = 0
  readonly #wanted = new Set<string>()
  readonly #asking: SingleFlight<Answers>
  readonly #listing: SingleFlight<void>

  /** A query that has not ended within `ms` is followed by the next. */
  constructor(db: Database, ms: number) {
    this.#db = db
    this.#asking = new SingleFlight(db.ctx, ms)
    this.#listing = new SingleFlight(db.ctx, ms)
  }

  /** How much is kept: keys with their owners, keys that nobody has, keys that are listed. */
  get size(): { owners: number; strangers: number; listed: number } {
    return {
      owners: this.#owners.size,
      strangers: this.#strangers.size,
      listed: this.#listed?.keys.size ?? 0,
    }
  }

  /** Without a query. `null`: nobody's; `undefined`: not known. */
  known(key: string): KeyOwner | null | undefined {
    return this.#owners.get(key) ?? (this.#isNobodys(key) ? null : undefined)
  }

  /** By a query. `null`: nobody's. Rejects when D1 does. */
  async ask(key: string): Promise<KeyOwner | null> {
    try {
      for (;;) {
        if (this.#misses === 0) await this.#listing.run(() => this.#list())
        if (this.#isNobodys(key)) return null
        this.#wanted.add(key)
        const { asked, owners } = await this.#asking.run(() => this.#askAll())
        if (asked.has(key)) return owners.get(key) ?? null
      }
    } finally {
      // Whoever else wants it says so again.
      this.#wanted.delete(key)
    }
  }

  /** Of changed keys, and of the keys of changed sources, nothing is known any more. */
  forget(keys: readonly string[], sourceIds: readonly string[]): void {
    if (keys.length + sourceIds.length === 0) return
    this.#age++
    for (const key of keys) {
      this.#owners.delete(key)
      this.#strangers.delete(key)
      this.#listed?.keys.add(key)
    }
    const gone = new Set(sourceIds)
    if (gone.size > 0) for (const [key, { sourceId }] of this.#owners) if (gone.has(sourceId)) this.#owners.delete(key)
  }

  clear(): void {
    this.#age++
    this.#owners.clear()
    this.#strangers.clear()
    this.#listed = undefined
  }

  /** One more query may come to nothing. */
  regain(): void {
    this.#misses = Math.min(this.#misses + 1, MISSES)
  }

  async #askAll(): Promise<Answers> {
    const age = this.#age
    const asked = new Set<string>()
    for (const key of this.#wanted) if (asked.size < MOST_ASKED) asked.add(key)
    for (const key of asked) this.#wanted.delete(key)
    const owners = await ownersOf(this.#db, [...asked])
    if (owners.size < asked.size) this.#misses = Math.max(0, this.#misses - 1)
    if (age === this.#age) {
      for (const key of asked) {
        const owner = owners.get(key)
        if (owner) keep(this.#owners, MOST_OWNERS, (all) => all.set(key, owner))
        else keep(this.#strangers, MOST_STRANGERS, (all) => all.add(key))
      }
    }
    return { asked, owners }
  }

  #isNobodys(key: string): boolean {
    if (key.length > MOST_KEY_CHARS || this.#strangers.has(key)) return true
    return this.#misses === 0 && this.#listed?.whole === true && !this.#listed.keys.has(key)
  }

  /** Every key in force, unless there are more than are listed: then each that is asked for stays a question. */
  async #list(): Promise<void> {
    const listed = (this.#listed ??= { keys: new Set(), last: '', whole: false })
    while (!listed.whole && listed.keys.size < MOST_LISTED) {
      const page = await keysAfter(this.#db, listed.last)
      for (const key of page) listed.keys.add(key)
      listed.last = page.at(-1) ?? listed.last
      listed.whole = page.length < PAGE
    }
  }
}

interface Answers {
  asked: ReadonlySet<string>
  owners: ReadonlyMap<string, KeyOwner>
}

/** Adds one, and removes what was added first when there are more than `most`. */
function keep<T extends Map<string, unknown> | Set<string>>(all: T, most: number, add: (all: T) => void): void {
  add(all)
  if (all.size <= most) return
  const [oldest] = all.keys()
  if (oldest !== undefined) all.delete(oldest)
}

const selectOwners = prepared((orm) =>
  orm
    .select({
      key: writeKeys.key,
      sourceId: writeKeys.sourceId,
      enabled: sources.enabled,
      eventsPerSecond: sources.eventsPerSecond,
    })
    .from(writeKeys)
    .innerJoin(sources, eq(writeKeys.sourceId, sources.id))
    .where(
      and(
        sql`${writeKeys.key} in (select value from json_each(${sql.placeholder('keys')}))`,
        isNull(writeKeys.revokedAt),
      ),
    ),
)

async function ownersOf(db: Database, keys: readonly string[]): Promise<Map<string, KeyOwner>> {
  const rows = await selectOwners(db, { keys: JSON.stringify(keys) })
  return new Map(rows.map(({ key, ...owner }) => [key, owner]))
}

const selectKeysAfter = prepared((orm) =>
  orm
    .select({ key: writeKeys.key })
    .from(writeKeys)
    .where(and(gt(writeKeys.key, sql.placeholder('last')), isNull(writeKeys.revokedAt)))
    .orderBy(asc(writeKeys.key))
    .limit(PAGE),
)

async function keysAfter(db: Database, last: string): Promise<string[]> {
  const rows = await selectKeysAfter(db, { last })
  return rows.map(({ key }) => key)
}
