import { isObject, type JsonObject } from '../../event/index.ts'
import type { PulledObject } from '../protocol.ts'
import { withTimes } from './stripe-times.ts'

/** What is listed within its parent only: the field of the parent, and the parent's id as a column of the child. */
const CHILDREN: Record<string, { parent: string; field: string; key: string }> = {
  invoice_lines: { parent: 'invoices', field: 'lines', key: 'invoice' },
  subscription_items: { parent: 'subscriptions', field: 'items', key: 'subscription' },
  transfer_reversals: { parent: 'transfers', field: 'reversals', key: 'transfer' },
  cards: { parent: 'customers', field: 'sources', key: 'customer' },
  bank_accounts: { parent: 'customers', field: 'sources', key: 'customer' },
}

/** What Stripe calls an object (`object`), by collection. */
const COLLECTION_OF: Record<string, string> = {
  account: 'accounts',
  application_fee: 'application_fees',
  balance_transaction: 'balance_transactions',
  bank_account: 'bank_accounts',
  card: 'cards',
  charge: 'charges',
  coupon: 'coupons',
  customer: 'customers',
  discount: 'discounts',
  dispute: 'disputes',
  invoice: 'invoices',
  invoiceitem: 'invoice_items',
  line_item: 'invoice_lines',
  payment_intent: 'payment_intents',
  payment_method: 'payment_methods',
  payout: 'payouts',
  plan: 'plans',
  price: 'prices',
  product: 'products',
  refund: 'refunds',
  subscription: 'subscriptions',
  subscription_item: 'subscription_items',
  tax_rate: 'tax_rates',
  transfer: 'transfers',
  transfer_reversal: 'transfer_reversals',
}

/** What is read anew with its customer. */
export const OF_CUSTOMERS = new Set(['cards', 'bank_accounts', 'discounts'])

export type Identified = JsonObject & { id: string }
/** An object by collection and id. */
export type ObjectName = [collection: string, id: string]

/** What of a list within an object is to be read yet. */
export interface NestedList {
  /** Where it is, from where the API's paths begin. */
  path: string
  /** The object that has it. */
  parent: ObjectName
  /** The item after which it goes on; `null`: at its beginning. */
  after: string | null
  /** How often it had to begin anew. */
  begun: number
  /** What it had once: those that it has no more are gone. */
  had: ObjectName[]
}

/** The lists of collections that are read whole when these are. */
export function parentsOf(wanted: ReadonlySet<string>): Set<string> {
  const lists = new Set([...wanted].map((name) => CHILDREN[name]?.parent ?? name))
  if (wanted.has('discounts')) lists.add('customers').add('subscriptions')
  return lists
}

/** Collections whose objects are within others. */
export const NESTED = [...Object.keys(CHILDREN), 'discounts']

/** The collection of what Stripe calls so; `undefined`: none is kept of it. */
export function collectionOf(object: unknown): string | undefined {
  return COLLECTION_OF[String(object)]
}

export function objectsIn(data: unknown): Identified[] {
  return Array.isArray(data)
    ? data.filter((each): each is Identified => isObject(each) && typeof each.id === 'string')
    : []
}

/**
 * An object as it is now with what it holds: lists in it are collections of their own, of which their first page comes along,
 * and the others are to be read. `had`: what it had once; that which it has no more is gone.
 */
export function taken(
  object: Identified,
  had: readonly ObjectName[] = [],
): { objects: PulledObject[]; lists: NestedList[] } {
  const collection = collectionOf(object.object)
  if (collection === undefined) return { objects: [], lists: [] }
  const own: JsonObject = { ...object }
  const objects: PulledObject[] = []
  const lists: NestedList[] = []
  let left = [...had]
  for (const field of fieldsOf(collection)) {
    const list = object[field]
    delete own[field]
    objects.push(...itemsOf([collection, object.id], list))
    const path = nextOf(list)
    if (path === null) continue
    const isIts = ([of]: ObjectName) => CHILDREN[of]?.field === field
    const after = objectsIn(isObject(list) ? list.data : []).at(-1)?.id ?? null
    lists.push({ path, parent: [collection, object.id], after, begun: 0, had: missing(left.filter(isIts), objects) })
    left = left.filter((each) => !isIts(each))
  }
  const { discount } = object
  if (isObject(discount) && typeof discount.id === 'string') {
    objects.push(pulled('discounts', discount.id, discount))
    own.discount = discount.id
  }
  const lost = missing(left, objects).map(([of, id]) => gone(of, id))
  return { objects: [pulled(collection, object.id, own), ...objects, ...lost], lists }
}

/** The items of a page of a list within an object, with the id of that one. */
export function itemsOf([parent, id]: ObjectName, list: unknown): PulledObject[] {
  return objectsIn(isObject(list) ? list.data : []).flatMap((item) => {
    const found = collectionOf(item.object) ?? ''
    const { key } = CHILDREN[found]?.parent === parent ? (CHILDREN[found] ?? {}) : {}
    return key === undefined ? [] : [pulled(found, item.id, { ...item, [key]: id })]
  })
}

/** What of these is not among the objects. */
export function missing(had: readonly ObjectName[], objects: readonly PulledObject[]): ObjectName[] {
  const there = new Set(objects.map(({ collection, id }) => `${collection} ${id}`))
  return had.filter(([collection, id]) => !there.has(`${collection} ${id}`))
}

/** What an object holds on the first pages of its lists, as an event shows it. */
export function heldBy(collection: string, ...shown: readonly JsonObject[]): ObjectName[] {
  const all = fieldsOf(collection).flatMap((field) =>
    shown
      .flatMap((was) => objectsIn(isObject(was[field]) ? was[field].data : []))
      .map((item): ObjectName => [collectionOf(item.object) ?? '', item.id]),
  )
  return [...new Map(all.map((named) => [named.join(' '), named])).values()]
}

/** The path of the further pages of a list; `null`: there are none. */
function nextOf(list: unknown): string | null {
  if (!isObject(list) || list.has_more !== true || typeof list.url !== 'string') return null
  return list.url.replace(/^\/v1\//, '')
}

/** Where objects of a collection have lists whose items are collections of their own. */
function fieldsOf(collection: string): string[] {
  const held = Object.values(CHILDREN).filter(({ parent }) => parent === collection)
  return [...new Set(held.map(({ field }) => field))]
}

function pulled(collection: string, id: string, properties: JsonObject): PulledObject {
  const { id: _id, ...own } = withTimes(properties)
  return { collection, id, properties: own }
}

export function gone(collection: string, id: string): PulledObject {
  return { collection, id, properties: {}, isDeleted: true }
}
