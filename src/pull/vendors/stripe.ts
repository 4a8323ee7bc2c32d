import { isObject, type JsonObject } from '../../event/index.ts'
import { retryAfterMs, type VendorApi } from '../api.ts'
import {
  PullError,
  type PulledEvent,
  type PulledObject,
  type PulledPage,
  type PullPlace,
  type Vendor,
} from '../protocol.ts'

/** Shapes of answers are those of this version, whatever the account's own is. */
export const STRIPE_VERSION = '2025-03-31.basil'

const PAGE = 100
/** Each may name an object that is read anew: a page is to take some seconds only. */
const EVENTS_PAGE = 25

/** Lists of Stripe's API: the collection's path, and what it is asked with beside paging. */
const LISTS: Record<string, { path: string; query?: string }> = {
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
const OF_CUSTOMERS = new Set(['cards', 'bank_accounts', 'discounts'])

/** Never changes, and has no events. */
const UNCHANGING = ['balance_transactions']
const EVENTS = 'events'

/**
 * Stripe, by a secret or restricted key. Lists say what is there; what has changed since is told by its events, each of which
 * names an object that is then read anew, so the order of events is of no account.
 */
export const stripe: Vendor = {
  id: 'stripe',
  name: 'Stripe',
  collections: [...Object.keys(LISTS), ...Object.keys(CHILDREN), 'discounts'].toSorted(),
  fields: [
    {
      name: 'apiKey',
      label: 'API key',
      type: 'secret',
      required: true,
      description:
        'A restricted key (rk_…) with read rights is enough: for the resources that you want, and for Events.',
    },
    {
      name: 'address',
      label: 'Address',
      type: 'string',
      format: 'url',
      required: true,
      default: 'https://api.stripe.com',
      description: 'Of Stripe’s API.',
    },
    {
      name: 'events',
      label: 'Its events go to destinations too',
      type: 'boolean',
      required: false,
      default: false,
      description: 'What happens from now on, such as charge.succeeded, as track calls of this source.',
    },
  ],
  // A quarter of what an endpoint takes, so that the account’s own programs have the rest.
  perSecond: 6,
  // Events are kept for thirty days.
  changesMs: 29 * 24 * 3_600_000,
  base: ({ address }) => `${String(address).replace(/\/+$/, '')}/v1/`,
  headers: ({ apiKey }) => ({ authorization: `Bearer ${String(apiKey)}`, 'stripe-version': STRIPE_VERSION }),
  fault,
  wholePasses: (wanted) => {
    const lists = new Set([...wanted].map((name) => CHILDREN[name]?.parent ?? name))
    if (wanted.has('discounts')) lists.add('customers').add('subscriptions')
    return Object.keys(LISTS).filter((name) => lists.has(name))
  },
  changePasses: (wanted) => [...UNCHANGING.filter((name) => wanted.has(name)).map((name) => `new ${name}`), EVENTS],
  page: (pass, place, api) => {
    if (pass === EVENTS) return eventsPage(place, api)
    const { cursor, since } = place
    const isNew = pass.startsWith('new ')
    return listPage(isNew ? pass.slice(4) : pass, cursor, isNew ? since : null, api)
  },
  look: (pass, api) => api.get(`${pathOf(pass.replace(/^new /, ''))}?limit=1`),
}

function pathOf(pass: string): string {
  return pass === EVENTS ? 'events' : (LISTS[pass]?.path ?? pass)
}

function fault(status: number, body: unknown, headers: Headers): PullError {
  const { error } = isObject(body) ? body : {}
  const { message, code } = isObject(error) ? error : {}
  const said = typeof message === 'string' ? message.slice(0, 300) : `Stripe answers ${status}.`
  if (status === 429)
    return new PullError(
      'rate_limited',
      'Stripe wants fewer calls; it is asked again later.',
      'again',
      Math.max(1_000, retryAfterMs(headers) ?? 2_000),
    )
  if (status === 401) return new PullError('key_refused', `Stripe does not take the API key: ${said}`, 'person')
  if (status === 403) return new PullError('no_permission', `The API key may not read this: ${said}`, 'pass')
  if (status === 404 || code === 'resource_missing') return new PullError('missing', said, 'missing')
  if (status >= 500 || status === 409 || status === 424) return new PullError(`http_${status}`, said, 'again')
  // Told by the vendor itself: whether the same may work.
  if (headers.get('stripe-should-retry') === 'true') return new PullError(`http_${status}`, said, 'again')
  return new PullError(`http_${status}`, said, 'pass')
}

/** Where a list goes on: after an object, which may be gone by then, and since when that one is there. */
interface ListCursor {
  after: string | null
  created: number | null
}

async function listPage(
  collection: string,
  cursor: string | null,
  since: number | null,
  api: VendorApi,
): Promise<PulledPage> {
  const list = LISTS[collection]
  if (!list) throw new PullError('unknown_list', `Stripe has no list ${collection}.`, 'pass')
  const at = cursor === null ? null : (JSON.parse(cursor) as ListCursor)
  const ask = ({ after, created }: ListCursor) =>
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
  const objects: PulledObject[] = []
  const all = objectsIn(data)
  for (const object of all) objects.push(...(await listed(object, api)))
  const last = all.at(-1)
  if (hasMore !== true || !last) return { objects, next: null }
  return { objects, next: JSON.stringify({ after: last.id, created: createdOf(last) } satisfies ListCursor) }
}

/** Of an object that is gone when its own lists are read, an event tells. */
async function listed(object: Identified, api: VendorApi): Promise<PulledObject[]> {
  try {
    return await taken(object, api)
  } catch (error) {
    if (error instanceof PullError && error.kind === 'missing') return []
    throw error
  }
}

/** What the list goes on after may be deleted by now: then it goes on by the time when that was made. */
async function reading(ask: (at: ListCursor) => Promise<JsonObject>, at: ListCursor | null): Promise<JsonObject> {
  if (at === null) return ask({ after: null, created: null })
  try {
    return await ask({ ...at, created: null })
  } catch (error) {
    if (!(error instanceof PullError) || error.kind !== 'missing') throw error
    return ask({ after: null, created: at.created })
  }
}

/**
 * What events since then name, read anew. The newest come first; those that come while they are read are of the next run.
 */
async function eventsPage({ cursor, since, wanted }: PullPlace, api: VendorApi): Promise<PulledPage> {
  const from = `events?limit=${EVENTS_PAGE}&created[gte]=${Math.floor((since ?? 0) / 1_000)}`
  const { data, has_more: hasMore } = await api.get(
    cursor === null ? from : `${from}&starting_after=${encodeURIComponent(cursor)}`,
  )
  const events = objectsIn(data)
  const happened = events.toReversed().flatMap((event) => happenedOf(event) ?? [])
  const named = new Map<string, { object: JsonObject; before: JsonObject[] }>()
  for (const { data: what } of events) {
    const object = isObject(what) && isObject(what.object) ? what.object : undefined
    if (!object || typeof object.id !== 'string') continue
    const key = `${String(object.object)} ${object.id}`
    const known = named.get(key) ?? { object, before: [] }
    if (isObject(what) && isObject(what.previous_attributes)) known.before.push(what.previous_attributes)
    named.set(key, known)
  }
  const objects: PulledObject[] = []
  const unread = new Map<string, { pass: string; code: string; words: string }>()
  const lists = new Set(stripe.wholePasses(wanted))
  for (const { object, before } of named.values()) {
    const collection = COLLECTION_OF[String(object.object)] ?? ''
    const pass = OF_CUSTOMERS.has(collection) ? 'customers' : collection
    const isWanted = OF_CUSTOMERS.has(collection) ? wanted.has(collection) : lists.has(pass)
    if (!isWanted || unread.has(pass)) continue
    try {
      objects.push(...(await readAnew(object, before, api)))
    } catch (error) {
      // The key may read some kinds of objects only: those are told of, and hold up no others.
      if (!(error instanceof PullError) || error.kind !== 'pass') throw error
      unread.set(pass, { pass, code: error.code, words: error.message })
    }
  }
  const last = events.at(-1)
  const next = hasMore === true && last ? last.id : null
  return { objects, events: happened, next, unread: [...unread.values()] }
}

/**
 * An event as a `track` call, its properties those of its object at that moment. It is of the user whom the object's metadata
 * names; its customer is the anonymous id, which does not become a person of its own.
 */
function happenedOf({ id, type, created, data }: Identified): PulledEvent | undefined {
  if (typeof type !== 'string' || typeof created !== 'number' || !isObject(data) || !isObject(data.object))
    return undefined
  const { object, previous_attributes: before } = data
  const { user_id: user, userId = user } = isObject(object.metadata) ? object.metadata : {}
  const customer =
    object.object === 'customer' ? object.id : isObject(object.customer) ? object.customer.id : object.customer
  return {
    at: created * 1_000,
    call: {
      type: 'track',
      event: type,
      messageId: `stripe-${id}`,
      timestamp: new Date(created * 1_000).toISOString(),
      ...(typeof userId === 'string' && userId !== '' && { userId }),
      anonymousId: typeof customer === 'string' && customer !== '' ? customer : 'stripe',
      properties: { ...object, ...(isObject(before) && { previous_attributes: before }) },
    },
  }
}

/** An object that an event names, as it is now. `object`: as it was then; `before`: what of it changes have replaced. */
async function readAnew(object: JsonObject, before: readonly JsonObject[], api: VendorApi): Promise<PulledObject[]> {
  const id = String(object.id)
  const collection = COLLECTION_OF[String(object.object)]
  if (collection === undefined) return []
  if (OF_CUSTOMERS.has(collection) && typeof object.customer === 'string') {
    const all = await one('customers', object.customer, api)
    const isThere = all.some((each) => each.collection === collection && each.id === id)
    return isThere ? all : [...all, gone(collection, id)]
  }
  const list = LISTS[collection]
  if (!list) return []
  const all = await one(collection, id, api)
  const there = new Set(all.map((each) => `${each.collection} ${each.id}`))
  // Items that a subscription had, and has no more, are told by the change that took them away.
  const lost = fieldsOf(collection).flatMap((field) =>
    [object, ...before]
      .flatMap((was) => itemsIn(was[field]))
      .map((item) => gone(COLLECTION_OF[String(item.object)] ?? '', item.id)),
  )
  return [...all, ...lost.filter((each) => !there.has(`${each.collection} ${each.id}`))]
}

async function one(collection: string, id: string, api: VendorApi): Promise<PulledObject[]> {
  const expand = collection === 'customers' ? '?expand[]=sources' : ''
  try {
    const object = await api.get(`${pathOf(collection)}/${encodeURIComponent(id)}${expand}`)
    return object.deleted === true ? [gone(collection, id)] : await taken({ ...object, id }, api)
  } catch (error) {
    if (error instanceof PullError && error.kind === 'missing') return [gone(collection, id)]
    throw error
  }
}

/** An object with what it holds: lists in it are collections of their own, whose further pages are read too. */
async function taken(object: Identified, api: VendorApi): Promise<PulledObject[]> {
  const collection = COLLECTION_OF[String(object.object)]
  if (collection === undefined) return []
  const own: JsonObject = { ...object }
  const children: PulledObject[] = []
  for (const field of fieldsOf(collection)) {
    const list = object[field]
    delete own[field]
    for (const item of await wholeList(list, api)) {
      const found = COLLECTION_OF[String(item.object)] ?? ''
      const { key } =
        Object.entries(CHILDREN).find(([child, each]) => child === found && each.parent === collection)?.[1] ?? {}
      if (key !== undefined) children.push(pulled(found, item.id, { ...item, [key]: object.id }))
    }
  }
  const discount = object.discount
  if (isObject(discount) && typeof discount.id === 'string') {
    children.push(pulled('discounts', discount.id, discount))
    own.discount = discount.id
  }
  return [pulled(collection, object.id, own), ...children]
}

async function wholeList(list: unknown, api: VendorApi): Promise<Identified[]> {
  if (!isObject(list)) return []
  const all = objectsIn(list.data)
  for (let more = list.has_more === true && typeof list.url === 'string'; more;) {
    const path = String(list.url).replace(/^\/v1\//, '')
    const after = encodeURIComponent(all.at(-1)?.id ?? '')
    const page = await api.get(`${path}${path.includes('?') ? '&' : '?'}limit=${PAGE}&starting_after=${after}`)
    const next = objectsIn(page.data)
    all.push(...next)
    more = page.has_more === true && next.length > 0
  }
  return all
}

type Identified = JsonObject & { id: string }

function objectsIn(data: unknown): Identified[] {
  return Array.isArray(data)
    ? data.filter((each): each is Identified => isObject(each) && typeof each.id === 'string')
    : []
}

/** Of the first page of a list within an object. */
function itemsIn(list: unknown): Identified[] {
  return isObject(list) ? objectsIn(list.data) : []
}

/** Where objects of a collection have lists whose items are collections of their own. */
function fieldsOf(collection: string): string[] {
  const held = Object.values(CHILDREN).filter(({ parent }) => parent === collection)
  return [...new Set(held.map(({ field }) => field))]
}

function createdOf({ created }: JsonObject): number | null {
  return typeof created === 'number' ? created : null
}

function pulled(collection: string, id: string, properties: JsonObject): PulledObject {
  const { id: _id, ...own } = withTimes(properties)
  return { collection, id, properties: own }
}

function gone(collection: string, id: string): PulledObject {
  return { collection, id, properties: {}, isDeleted: true }
}

/** Fields that are moments in Unix seconds, beside those that end as `TIME` says. */
const TIMES = new Set([
  'created',
  'updated',
  'date',
  'due_date',
  'arrival_date',
  'available_on',
  'start_date',
  'redeem_by',
  'next_payment_attempt',
  'webhooks_delivered_at',
  'billing_cycle_anchor',
  'start',
  'end',
  'period_start',
  'period_end',
  'effective_at',
  'due_by',
  'cancel_at',
])
const TIME = /_(?:at|start|end)$/
/** Smaller ones are days and counts: this is in 1973. */
const LEAST_SECONDS = 100_000_000

/** Moments as ISO texts, which become columns of time; what a customer wrote (`metadata`) stays as it is. */
function withTimes(object: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const isTime =
        typeof value === 'number' &&
        Number.isSafeInteger(value) &&
        value >= LEAST_SECONDS &&
        (TIMES.has(name) || TIME.test(name))
      if (isTime) return [name, new Date(value * 1_000).toISOString()]
      return [name, isObject(value) && name !== 'metadata' ? withTimes(value) : value]
    }),
  )
}
