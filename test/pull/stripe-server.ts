import type { Random } from '../warehouse/random.ts'
import { type Answered, type Asked, VendorServer } from './vendor-server.ts'

export type StripeObject = Record<string, unknown> & { id: string; object: string; created: number }

const PATHS: Record<string, string> = {
  accounts: 'account',
  application_fees: 'application_fee',
  balance_transactions: 'balance_transaction',
  charges: 'charge',
  coupons: 'coupon',
  customers: 'customer',
  disputes: 'dispute',
  invoiceitems: 'invoiceitem',
  invoices: 'invoice',
  payment_intents: 'payment_intent',
  payment_methods: 'payment_method',
  payouts: 'payout',
  plans: 'plan',
  prices: 'price',
  products: 'product',
  refunds: 'refund',
  subscriptions: 'subscription',
  tax_rates: 'tax_rate',
  transfers: 'transfer',
}
/** Lists within an object, and the largest page of one that an object brings along. */
const NESTED: Record<string, string> = {
  invoice: 'lines',
  subscription: 'items',
  transfer: 'reversals',
  customer: 'sources',
}
const EMBEDDED = 3
const EVENTLESS = new Set(['balance_transaction'])

/**
 * Answers as Stripe's API is documented to: lists of at most a hundred, the newest first, that go on after an id; events; a
 * 404 for what is gone, but for customers; nested lists with their first page. Its objects change while they are paged.
 */
export class StripeServer extends VendorServer {
  readonly all = new Map<string, StripeObject>()
  /** Ids by what they are, the oldest first; those of what was removed stay. */
  readonly #shelves = new Map<string, { ids: string[]; at: Map<string, number> }>()
  readonly events: { id: string; object: 'event'; created: number; type: string; data: Record<string, unknown> }[] = []
  key = 'rk_test_1'
  /** What the key may not read. */
  readonly forbidden = new Set<string>()
  /** Lists that do not heed when something was made. */
  readonly timeless = new Set<string>()
  versions = new Set<string>()
  readonly #eventsAt = new Map<string, number>()
  #ids = 0

  /** Another account, with nothing in it. */
  clear(): void {
    this.all.clear()
    this.#shelves.clear()
    this.events.length = 0
  }

  make(object: string, facts: Record<string, unknown> = {}): StripeObject {
    const made = { id: `${object.slice(0, 4)}_${++this.#ids}`, object, created: this.now(), livemode: false, ...facts }
    this.all.set(made.id, made)
    const shelf = this.#shelfOf(object)
    shelf.at.set(made.id, shelf.ids.push(made.id) - 1)
    this.#event(`${object}.created`, made)
    return made
  }

  change(id: string, facts: Record<string, unknown>): void {
    const before = this.all.get(id)
    if (!before) return
    const after = { ...before, ...facts }
    this.all.set(id, after)
    const nested = NESTED[before.object] ?? ''
    const previous = Object.fromEntries(
      Object.keys(facts).map((name) => [
        name,
        name === nested ? listOf(before[name] as StripeObject[], '') : before[name],
      ]),
    )
    this.#event(`${before.object}.updated`, after, previous)
  }

  remove(id: string): void {
    const object = this.all.get(id)
    if (!object) return
    this.all.delete(id)
    this.#event(`${object.object}.deleted`, object)
  }

  of(object: string): StripeObject[] {
    return this.#shelfOf(object).ids.flatMap((id) => this.all.get(id) ?? [])
  }

  /** One of them, however many there are; `undefined`: there are none, or most of them are gone. */
  any(object: string, random: Random): StripeObject | undefined {
    const { ids } = this.#shelfOf(object)
    for (let tries = 0; tries < 20 && ids.length > 0; tries++) {
      const found = this.all.get(random.of(ids))
      if (found) return found
    }
    return undefined
  }

  #shelfOf(object: string): { ids: string[]; at: Map<string, number> } {
    const known = this.#shelves.get(object)
    if (known) return known
    const shelf = { ids: [], at: new Map<string, number>() }
    this.#shelves.set(object, shelf)
    return shelf
  }

  #event(type: string, object: StripeObject, previous?: Record<string, unknown>): void {
    if (EVENTLESS.has(object.object)) return
    const data = { object: shown(object), ...(previous && { previous_attributes: previous }) }
    const id = `evt_${++this.#ids}`
    this.#eventsAt.set(id, this.events.push({ id, object: 'event', created: this.now(), type, data }) - 1)
  }

  protected admit({ headers }: Asked): Answered | null {
    this.versions.add(String(headers['stripe-version']))
    return headers.authorization === `Bearer ${this.key}`
      ? null
      : refusal(401, 'api_key', 'Invalid API Key provided: rk_****')
  }

  protected failure(trouble: 'slow down' | 'broken'): Answered {
    if (trouble === 'broken') return refusal(503, 'api_error', 'Something is broken here.')
    const headers = { 'stripe-rate-limited-reason': 'endpoint-rate', 'retry-after': '1' }
    return { ...refusal(429, 'rate_limit', 'Too many requests.'), headers }
  }

  protected answer({ url }: Asked): Answered {
    const [, , list = '', id, nested] = url.pathname.split('/')
    if (this.forbidden.has(list)) return refusal(403, 'permission', `The key has no rights for ${list}.`)
    if (list === 'events') return page(this.events, this.#eventsAt, url)
    const kind = PATHS[list]
    if (kind === undefined) return refusal(404, 'url_invalid', `Unrecognized request URL ${url.pathname}.`)
    if (id === undefined) {
      if (this.timeless.has(list)) for (const name of ['created[gte]', 'created[lte]']) url.searchParams.delete(name)
      const { ids, at } = this.#shelfOf(kind)
      const isShown = (one: StripeObject) =>
        kind !== 'subscription' || url.searchParams.get('status') === 'all' || one['status'] !== 'canceled'
      return page(ids, at, url, (one) => {
        const found = this.all.get(one)
        return found && isShown(found) ? found : undefined
      })
    }
    const found = this.all.get(decodeURIComponent(id))
    if (!found && kind === 'customer' && nested === undefined)
      return { status: 200, body: { id, object: 'customer', deleted: true } }
    if (!found) return refusal(404, 'resource_missing', `No such ${kind}: '${id}'`)
    if (nested === undefined) return { status: 200, body: shown(found) }
    return nestedPage((found[NESTED[kind] ?? ''] ?? []) as StripeObject[], url)
  }
}

/** The newest first. `found`: what is listed of one; `undefined`: nothing. */
function page<T extends string | { id: string }>(
  all: readonly T[],
  at: ReadonlyMap<string, number>,
  { searchParams: asked, pathname }: URL,
  found: (one: T) => { id: string; created: number; object: string } | undefined = (one) => one as never,
): Answered {
  const limit = limitIn(asked)
  if (limit === null) return refusal(400, 'parameter_invalid_integer', 'limit is between 1 and 100.')
  const after = asked.get('starting_after')
  const from = after === null ? all.length : at.get(after)
  const last = from === undefined ? undefined : all[from]
  if (after !== null && (last === undefined || !found(last)))
    return refusal(400, 'resource_missing', `No such object: '${after}'`)
  const [oldest, newest] = [Number(asked.get('created[gte]') ?? 0), Number(asked.get('created[lte]') ?? Infinity)]
  const data: unknown[] = []
  let more = false
  for (let n = (from ?? 0) - 1; n >= 0 && !more; n--) {
    const one = found(all[n] as T)
    if (!one || one.created > newest || one.created < oldest) continue
    if (data.length === limit) more = true
    else data.push(one.object === 'event' ? one : shown(one))
  }
  return { status: 200, body: { object: 'list', url: pathname, has_more: more, data } }
}

/** Of a list within an object. */
function nestedPage(items: readonly StripeObject[], { searchParams: asked, pathname }: URL): Answered {
  const limit = limitIn(asked)
  if (limit === null) return refusal(400, 'parameter_invalid_integer', 'limit is between 1 and 100.')
  const after = asked.get('starting_after')
  const at = after === null ? -1 : items.findIndex(({ id }) => id === after)
  if (after !== null && at < 0) return refusal(400, 'resource_missing', `No such item: '${after}'`)
  const data = items.slice(at + 1, at + 1 + limit)
  const more = items.length > at + 1 + limit
  return { status: 200, body: { object: 'list', url: pathname, has_more: more, data } }
}

/** `null`: there is none such. */
function limitIn(asked: URLSearchParams): number | null {
  const limit = Number(asked.get('limit') ?? 10)
  return limit < 1 || limit > 100 ? null : limit
}

function refusal(status: number, code: string, message: string): Answered {
  return { status, body: { error: { type: 'invalid_request_error', code, message } } }
}

function listOf(items: StripeObject[] = [], url: string) {
  return { object: 'list', url, has_more: items.length > EMBEDDED, data: items.slice(0, EMBEDDED) }
}

/** As the API shows it: of a list within it the first page. */
function shown(object: StripeObject): Record<string, unknown> {
  const field = NESTED[object.object]
  if (field === undefined || object[field] === undefined) return object
  const path = Object.entries(PATHS).find(([, kind]) => kind === object.object)?.[0]
  const all = object[field] as StripeObject[]
  return { ...object, [field]: listOf(all, `/v1/${path}/${object.id}/${field}`) }
}

/** Does something to the account that people and programs do. */
export function disturbStripe(server: StripeServer, random: Random): void {
  const customer = () => server.any('customer', random)?.id ?? null
  const what = random.below(12)
  if (what < 3)
    server.make('charge', {
      amount: random.below(1e5),
      currency: 'eur',
      customer: customer(),
      paid: random.chance(0.9),
      refunded: false,
    })
  else if (what < 4)
    server.make('customer', {
      email: `${random.below(1e6)}@example.com`,
      metadata: { plan: 'pro', created: '17' },
      discount: null,
      sources: [card(random)],
    })
  else if (what < 5) {
    const items = Array.from({ length: random.below(4) }, () => item(random))
    server.make('subscription', {
      customer: customer(),
      status: random.chance(0.3) ? 'canceled' : 'active',
      items,
      cancel_at: null,
    })
  } else if (what < 6)
    server.make('balance_transaction', {
      amount: random.below(1e5),
      fee: random.below(100),
      net: 1,
      available_on: server.now(),
    })
  else if (what < 7)
    server.make('price', {
      unit_amount_decimal: `${random.below(1_000)}.5`,
      recurring: random.chance(0.5) ? { interval: 'month', interval_count: 1 } : null,
    })
  else if (what < 9) {
    const charge = server.any('charge', random)
    if (charge)
      server.change(charge.id, {
        refunded: true,
        failure_message: random.chance(0.5) ? null : 'No, "never"\n',
        shipping: random.chance(0.5) ? null : { address: { city: 'Łódź' } },
      })
  } else if (what < 10 && random.chance(0.4)) {
    const lines = Array.from({ length: random.below(8) }, () => line(random))
    server.make('invoice', { customer: customer(), lines, period_end: server.now() })
  } else if (what < 10) {
    const subscription = server.any('subscription', random)
    const items = (subscription?.['items'] ?? []) as StripeObject[]
    if (subscription)
      server.change(subscription.id, { items: [...items.slice(0, 2).filter(() => random.chance(0.5)), item(random)] })
  } else {
    const victim = server.any(random.chance(0.5) ? 'customer' : 'price', random)
    if (victim) server.remove(victim.id)
  }
}

let made = 0
const item = (random: Random): StripeObject => ({
  id: `si_${++made}`,
  object: 'subscription_item',
  created: 1_790_000_000,
  quantity: random.below(9),
  metadata: {},
})
const line = (random: Random): StripeObject => ({
  id: `il_${++made}`,
  object: 'line_item',
  created: 1_790_000_000,
  amount: random.below(900),
})
const card = (random: Random): StripeObject => ({
  id: `card_${++made}`,
  object: 'card',
  created: 1_790_000_000,
  last4: String(1_000 + random.below(9_000)),
})
