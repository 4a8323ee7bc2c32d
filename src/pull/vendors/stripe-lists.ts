import { type JsonObject } from '../../event/index.ts'
import type { VendorApi } from '../api.ts'
import { PullError, type PulledObject, type PulledPage } from '../protocol.ts'
import { gone, type Identified, itemsOf, missing, type NestedList, objectsIn, taken } from './stripe-objects.ts'

/** Objects of a page of Stripe's. */
const PAGE = 100
/** Pages of lists within objects that one page of a pass reads. */
const NESTED_PAGES = 10
/** How often a list within an object begins anew. */
const MOST_BEGUN = 5

/** Lists of Stripe's API: the collection's path, and what it is asked with beside paging. */
export const STRIPE_LISTS: Record<string, { path: string; query?: string }> = {
  accounts: { path: 'accounts' },
  application_fees: { path: 'application_fees' },
  balance_transactions: { path: 'balance_transactions' },
  charges: { path: 'charges' },
  coupons: { path: 'coupons' },
  customers: { path: 'customers', query: 'expand[]=data.sources' },
  disputes: { path: 'disputes' },
  invoice_items: { path: 'invoiceitems' },
  invoices: { path: 'invoices' },
  payment_intents: { path: 'payment_intents' },
  payment_methods: { path: 'payment_methods' },
  payouts: { path: 'payouts' },
  plans: { path: 'plans' },
  prices: { path: 'prices' },
  products: { path: 'products' },
  refunds: { path: 'refunds' },
  subscriptions: { path: 'subscriptions', query: 'status=all' },
  tax_rates: { path: 'tax_rates' },
  transfers: { path: 'transfers' },
}

export function pathOf(collection: string): string {
  return STRIPE_LISTS[collection]?.path ?? collection
}

/** Where a list goes on: after an object, which may be gone by then, and since when that one is there. */
interface ListPlace {
  after: string | null
  created: number | null
}

interface ListCursor extends ListPlace {
  /** Lists within its objects that are to be read first. */
  lists?: NestedList[]
  /** The list itself is at its end. */
  ends?: true
}

/** `since`: only what was made since then, milliseconds; `null`: all. */
export async function listPage(
  collection: string,
  cursor: string | null,
  since: number | null,
  api: VendorApi,
): Promise<PulledPage> {
  const list = STRIPE_LISTS[collection]
  if (!list) throw new PullError('unknown_list', `Stripe has no list ${collection}.`, 'pass')
  const at: ListCursor = cursor === null ? { after: null, created: null } : (JSON.parse(cursor) as ListCursor)
  if (at.lists && at.lists.length > 0) {
    const { objects, lists } = await nestedPage(at.lists, api)
    // What `sizes` counts are objects of the list itself.
    return { objects, next: cursorOf({ ...at, lists }), read: 0 }
  }
  const ask = ({ after, created }: ListPlace) =>
    api.get(
      [
        `${list.path}?limit=${PAGE}`,
        ...(list.query ? [list.query] : []),
        ...(since === null ? [] : [`created[gte]=${Math.floor(since / 1_000)}`]),
        ...(created === null ? [] : [`created[lte]=${created}`]),
        ...(after === null ? [] : [`starting_after=${encodeURIComponent(after)}`]),
      ].join('&'),
    )
  const { data, has_more: hasMore } = await reading(ask, at)
  const all = objectsIn(data)
  const found = all.map((object) => taken(object))
  const last = all.at(-1)
  const lists = found.flatMap((each) => each.lists)
  const ends = hasMore !== true || !last
  return {
    objects: found.flatMap(({ objects }) => objects),
    next: cursorOf({ ...(last ? placeAfter(last) : at), lists, ...(ends && { ends }) }),
    read: all.length,
  }
}

function placeAfter({ id, created }: Identified): ListPlace {
  return { after: id, created: typeof created === 'number' ? created : null }
}

function cursorOf(at: ListCursor): string | null {
  return at.ends && at.lists?.length === 0 ? null : JSON.stringify(at)
}

/** What the list goes on after may be deleted by now: then it goes on by the time when that was made. */
async function reading(ask: (at: ListPlace) => Promise<JsonObject>, at: ListPlace): Promise<JsonObject> {
  if (at.after === null) return ask({ after: null, created: null })
  try {
    return await ask({ ...at, created: null })
  } catch (error) {
    if (!(error instanceof PullError) || error.kind !== 'missing') throw error
    return ask({ after: null, created: at.created })
  }
}

/** Some pages of lists within objects; what of them is to be read yet. */
export async function nestedPage(
  lists: readonly NestedList[],
  api: VendorApi,
): Promise<{ objects: PulledObject[]; lists: NestedList[] }> {
  const objects: PulledObject[] = []
  const left: (NestedList | undefined)[] = [...lists]
  await inTurn(Array.from({ length: NESTED_PAGES }), false, async () => {
    const list = left[0]
    if (!list) return
    const { found, rest } = await nestedOf(list, api)
    objects.push(...found)
    if (rest) left[0] = rest
    else left.shift()
  })
  return { objects, lists: left.filter((list) => list !== undefined) }
}

/** A page of a list within an object. `rest`: where it goes on; `null`: it is at its end, or its object is gone, of which an event tells. */
async function nestedOf(list: NestedList, api: VendorApi): Promise<{ found: PulledObject[]; rest: NestedList | null }> {
  const { path, parent, after, begun, had } = list
  let page: JsonObject
  try {
    const from = after === null ? '' : `&starting_after=${encodeURIComponent(after)}`
    page = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}${from}`)
  } catch (error) {
    if (!(error instanceof PullError) || error.kind !== 'missing') throw error
    if (after === null) return { found: [], rest: null }
    // The item that it goes on after may be gone.
    if (begun < MOST_BEGUN) return { found: [], rest: { ...list, after: null, begun: begun + 1 } }
    throw new PullError('list_lost', `${path} does not go on: ${error.message}`, 'pass')
  }
  const found = itemsOf(parent, page)
  const left = missing(had, found)
  const last = objectsIn(page.data).at(-1)
  if (page.has_more === true && last) return { found, rest: { ...list, after: last.id, had: left } }
  return { found: [...found, ...left.map(([collection, id]) => gone(collection, id))], rest: null }
}

/**
 * Does each in turn, and answers those that are left: where one fails after others were done it is tried again by the next
 * page, and those are not read again. `isBegun`: something was done before the first one.
 */
export async function inTurn<T>(
  all: readonly T[],
  isBegun: boolean,
  act: (one: T) => Promise<void>,
): Promise<readonly T[]> {
  for (const [n, one] of all.entries()) {
    try {
      await act(one)
    } catch (error) {
      if ((n === 0 && !isBegun) || !(error instanceof PullError)) throw error
      return all.slice(n)
    }
  }
  return []
}

/** How much further back a look at a list goes each time, and how often its end is looked for between two looks. */
const FURTHER = 4
const HALVES = 3
/** However far back a list goes. */
const MOST_LOOKS = 16

/**
 * About how many objects lists have. Stripe does not count them: it is how close they are to each other now, some time back,
 * and so on to the first one.
 */
export async function sizesOf(passes: readonly string[], api: VendorApi): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {}
  for (const pass of passes) {
    const list = STRIPE_LISTS[pass]
    const size = list && (await sizeOf(list, api))
    if (size !== undefined) sizes[pass] = size
  }
  return sizes
}

/** `undefined`: it cannot be told, since the list may not be asked for by time. */
async function sizeOf(list: { path: string; query?: string }, api: VendorApi): Promise<number | undefined> {
  const now = Math.floor(api.now() / 1_000)
  const newest = await lookBack(list, 0, now, api)
  // It is not read either.
  if (!newest) return 0
  if (!newest.more) return newest.count
  let [size, at, close] = [0, 0, newest.close]
  let next = FURTHER * newest.spans
  let end = Infinity
  let halves = 0
  for (let looks = 0; halves < HALVES && looks < MOST_LOOKS; looks++) {
    const there = await lookBack(list, next, now, api)
    if (!there) return undefined
    if (there.more) {
      // What was made all at once would be many times too much by the mean.
      size += ((next - at) * 2 * close * there.close) / (close + there.close)
      at = next
      close = there.close
    } else if (there.count > 0) return Math.round(size + (next - at) * close + there.count)
    else end = next
    if (end < Infinity) halves++
    next = end < Infinity ? (at + end) / 2 : (at + there.spans) * FURTHER
  }
  return Math.round(size + (end < Infinity ? ((end - at) * close) / 2 : 0))
}

/** A page of those that were there so many seconds ago: seconds that they are from, and how many a second. `undefined`: refused. */
async function lookBack(
  { path, query }: { path: string; query?: string },
  seconds: number,
  now: number,
  api: VendorApi,
): Promise<{ count: number; more: boolean; spans: number; close: number } | undefined> {
  const to = Math.floor(now - seconds)
  const asked = [
    `${path}?limit=${PAGE}`,
    ...(query === undefined ? [] : [query]),
    ...(seconds > 0 ? [`created[lte]=${to}`] : []),
  ]
  try {
    const { data, has_more: more } = await api.get(asked.join('&'))
    const all = objectsIn(data)
    const first = all.at(-1)?.created
    const spans = Math.max(1, to - (typeof first === 'number' ? first : to))
    return { count: all.length, more: more === true, spans, close: all.length / spans }
  } catch (error) {
    if (error instanceof PullError && (error.kind === 'pass' || error.kind === 'missing')) return undefined
    throw error
  }
}
