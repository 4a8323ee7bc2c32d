import { Buffer } from 'node:buffer'
import { type Column, type SQL, type SQLWrapper, sql } from 'drizzle-orm'

/** What an entry's place in a list is decided by, the first difference first; no two entries have the same. */
export type Key = (string | number)[]

/** Which part of a list is wanted: what comes after an entry or before it, whether that is still there or not. */
export interface Page {
  count: number
  /** Absent: from the beginning. */
  from?: PagePlace | undefined
}

export type PagePlace = { after: Key } | { before: Key }

/** A page, and where it lies. */
export interface Listed<T> {
  lines: T[]
  /** Entries of the whole list, and those before this page. */
  total: number
  earlier: number
  /** Cursors of this page and its neighbours. */
  current: string
  next?: string
  previous?: string
}

/** The order of a list in the database. */
export interface Order {
  columns: readonly (Column | SQL)[]
  /** The greatest key first. */
  desc?: boolean
}

/** What a page's query has to be made with. */
export interface Seek {
  /** To be selected beside the rows. */
  sums: { total: SQL<number>; earlier: SQL<number> }
  where: SQL | undefined
  orderBy: SQL[]
  limit: number
}

/**
 * One page by one query. Its place is told by a key and not by a number of entries, so that nothing is left out or comes
 * twice when something is added or deleted meanwhile. `counts` has the same tables and conditions as `rows`.
 */
export async function readPage<R extends { total: number; earlier: number }>(
  { columns, desc = false }: Order,
  { count, from }: Page,
  query: {
    rows(seek: Seek): PromiseLike<R[]>
    counts(sums: { n: SQL<number> }): PromiseLike<{ n: number }[]> & SQLWrapper
    keyOf(row: R): Key
  },
): Promise<Listed<Omit<R, 'total' | 'earlier'>>> {
  const back = from !== undefined && 'before' in from
  // One of another list, shorter or longer, leads somewhere, and is no error of the database.
  const key = keyOfPlace(from).slice(0, columns.length)
  const entry = sql`(${sql.join(columns.slice(0, Math.max(key.length, 1)), sql`, `)})`
  const given = sql`(${sql.join(
    key.map((value) => sql`${value}`),
    sql`, `,
  )})`
  const beyond = sql.raw(back === desc ? '>' : '<')
  const where = key.length === 0 ? undefined : sql`${entry} ${beyond} ${given}`
  const all = { n: sql<number>`count(*)` }
  // Those before this page: up to the key, with it when the page begins after it.
  const upTo = sql.raw(`${desc ? '>' : '<'}${back ? '' : '='}`)
  const before = { n: key.length === 0 ? sql<number>`0` : sql<number>`coalesce(sum(${entry} ${upTo} ${given}), 0)` }
  const way = sql.raw(back === desc ? 'asc' : 'desc')
  const rows = await query.rows({
    sums: {
      total: sql<number>`(${query.counts(all)})`,
      earlier: key.length === 0 ? sql<number>`0` : sql<number>`(${query.counts(before)})`,
    },
    where,
    orderBy: columns.map((column) => sql`${column} ${way}`),
    limit: count,
  })
  const [first] = rows
  // A page without rows has none to say how many there are elsewhere.
  const total = first?.total ?? (key.length === 0 ? 0 : ((await query.counts(all))[0]?.n ?? 0))
  const lines = back ? rows.toReversed() : rows
  const earlier = first ? first.earlier - (back ? rows.length : 0) : total
  const keys = lines.map(query.keyOf)
  return { lines: lines.map(withoutSums), total, earlier, ...cursors(keys, { total, earlier, from }) }
}

/** The page of a list that is known whole, and is in the order of its keys. */
export function cutPage<T>(all: readonly T[], { count, from }: Page, keyOf: (one: T) => Key): Listed<T> {
  const back = from !== undefined && 'before' in from
  const key = keyOfPlace(from)
  const passed = all.findIndex((one) => (back ? compareKeys(keyOf(one), key) >= 0 : compareKeys(keyOf(one), key) > 0))
  const at = key.length === 0 ? 0 : passed === -1 ? all.length : passed
  const earlier = back ? Math.max(0, at - count) : at
  const lines = all.slice(earlier, back ? at : at + count)
  const total = all.length
  return { lines, total, earlier, ...cursors(lines.map(keyOf), { total, earlier, from }) }
}

/** The same page with its lines made into something else. */
export function mapPage<T, U>(listed: Listed<T>, change: (line: T) => U): Listed<U> {
  return { ...listed, lines: listed.lines.map(change) }
}

/** A place as text: opaque to clients. */
export function cursorOf(place: PagePlace): string {
  const [way, key] = 'after' in place ? ['a', place.after] : ['b', place.before]
  return way + Buffer.from(JSON.stringify(key)).toString('base64url')
}

/** `undefined`: it is none of ours. */
export function placeOfCursor(cursor: string): PagePlace | undefined {
  const [, way, text] = /^([ab])([A-Za-z0-9_-]{1,1000})$/.exec(cursor) ?? []
  if (text === undefined) return undefined
  try {
    const key: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (!isKey(key) || (way === 'b' && key.length === 0)) return undefined
    return way === 'a' ? { after: key } : { before: key }
  } catch {
    return undefined
  }
}

function withoutSums<R extends { total: number; earlier: number }>(row: R): Omit<R, 'total' | 'earlier'> {
  const { total: _, earlier: __, ...rest } = row
  return rest
}

function isKey(value: unknown): value is Key {
  return Array.isArray(value) && value.length < 5 && value.every((one) => ['string', 'number'].includes(typeof one))
}

function keyOfPlace(from: PagePlace | undefined): Key {
  return from === undefined ? [] : 'after' in from ? from.after : from.before
}

function cursors(
  keys: readonly Key[],
  { total, earlier, from }: { total: number; earlier: number; from: PagePlace | undefined },
) {
  const [first, last] = [keys[0], keys.at(-1)]
  return {
    current: cursorOf(from ?? { after: [] }),
    ...(last && earlier + keys.length < total && { next: cursorOf({ after: last }) }),
    ...(first && earlier > 0 && { previous: cursorOf({ before: first }) }),
  }
}

/** Which of two comes first in a list that begins with the least. */
export function compareKeys(a: Key, b: Key): number {
  for (const [index, one] of a.entries()) {
    const other = b[index]
    if (other === undefined) return 1
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}
