import { android, browser, iphone, type Sender, server } from './sdks.ts'
import { Random } from './random.ts'

type Json = Record<string, unknown>

/** One request of an SDK, as it comes to the tracking API. */
export interface ShopRequest {
  /** Milliseconds: when it comes in. */
  at: number
  path: '/v1/batch' | '/v1/i' | '/v1/t' | '/v1/p' | '/v1/s' | '/v1/g' | '/v1/a'
  /** JSON. */
  body: string
  ip: string
  userAgent: string
}

export interface ShopPlan {
  seed: number
  /** Events, about. */
  events: number
  days: number
  /** From which share of the days on apps send other types and keys than before; 1: never. */
  drift: number
}

export const OPENED = Date.UTC(2025, 0, 1)
const DAY = 86_400_000
const MINUTE = 60_000
/** Events that a visit makes, on average. */
const A_VISIT = 5.95

const PRODUCTS = Array.from({ length: 24 }, (_, at) => ({
  product_id: `p-${at + 1}`,
  sku: `SKU ${100 + at}`,
  name: ['Kaffekopp', 'Teapot “Ærø”', '湯呑み', 'Plate', 'Bowl 😀', 'Spoon\ttin'][at % 6] ?? '',
  category: ['Cups', 'Pots', 'Plates'][at % 3] ?? '',
  price: ((at * 137) % 90) + 9.95,
}))

const CAMPAIGNS = [
  { source: 'google', medium: 'cpc', name: 'spring' },
  { source: 'newsletter', medium: 'email', name: 'june' },
  { source: 'facebook', medium: 'social', name: 'cups', term: 'cup', content: 'b' },
]

interface Customer {
  anonymousId: string
  userId: string | null
  device: Sender
  visits: number
  company: string | null
}

/** What people do in one visit, before it is known how it is sent. */
interface Call {
  at: number
  body: Json
  sender: Sender
}

/**
 * A shop with a web page, two apps and a backend, over some days: visits that look, put into the cart, pay; people who become
 * known, come again, use two devices, belong to a company. Devices are offline for days, requests are sent twice, clocks are
 * wrong, apps change what they send. The same seed, the same requests, in the order in which they come in.
 */
export function* shopRequests(plan: ShopPlan): Generator<ShopRequest> {
  const shop = new Shop(plan)
  const waiting: ShopRequest[] = []
  for (let day = 0; day < plan.days; day++) {
    waiting.push(...shop.day(day))
    waiting.sort((a, b) => a.at - b.at)
    const end = OPENED + (day + 1) * DAY
    const later = waiting.findIndex(({ at }) => at >= end)
    yield* waiting.splice(0, later < 0 ? waiting.length : later)
  }
  yield* waiting
}

class Shop {
  readonly #plan: ShopPlan
  readonly #random: Random
  readonly #customers: Customer[] = []
  readonly #backend = server()
  #orders = 0
  #people = 0

  constructor(plan: ShopPlan) {
    this.#plan = plan
    this.#random = new Random(plan.seed)
  }

  /** Requests that are made by visits of a day; they may come in later. */
  day(day: number): ShopRequest[] {
    const { events, days } = this.#plan
    const visits = Math.round(((day + 1) * events) / days / A_VISIT) - Math.round((day * events) / days / A_VISIT)
    return Array.from({ length: visits }, () => this.#visit(day)).flat()
  }

  #isAfterDrift(at: number): boolean {
    return at >= OPENED + this.#plan.drift * this.#plan.days * DAY
  }

  #visit(day: number): ShopRequest[] {
    const random = this.#random
    const start = OPENED + day * DAY + random.below(DAY - 60 * MINUTE)
    const customer = this.#customerOf(start)
    customer.visits++
    const calls = customer.device.sdk === 'web' ? this.#onWeb(customer, start) : this.#inApp(customer, start)
    return this.#sent(calls)
  }

  #customerOf(at: number): Customer {
    const random = this.#random
    if (this.#customers.length > 5 && random.chance(0.6)) {
      const known = random.of(this.#customers)
      // Somebody known takes another device, which knows nothing of it yet.
      if (known.userId === null || random.chance(0.85)) return known
      const other = { ...known, anonymousId: random.uuid(), device: this.#device(at), visits: 0 }
      this.#customers.push(other)
      return other
    }
    const customer: Customer = {
      anonymousId: random.uuid(),
      userId: null,
      device: this.#device(at),
      visits: 0,
      company: random.chance(0.15) ? `c-${random.below(12)}` : null,
    }
    this.#customers.push(customer)
    return customer
  }

  #device(at: number): Sender {
    const version = this.#isAfterDrift(at) ? '2.0.1' : '1.4.0'
    const share = this.#random.next()
    if (share < 0.55) return browser(this.#random)
    return share < 0.8 ? iphone(this.#random, version) : android(this.#random, version)
  }

  #onWeb(customer: Customer, start: number): Call[] {
    const random = this.#random
    const campaign = random.chance(0.35) ? random.of(CAMPAIGNS) : undefined
    const search = campaign ? `?utm_source=${campaign.source}&utm_campaign=${campaign.name}` : ''
    const view = (path: string, title: string, query = '') => ({
      path,
      referrer: campaign ? `https://${campaign.source}.example/` : '',
      search: query,
      title,
      url: `https://shop.example${path}${query}`,
    })
    const page = (at: number, where: ReturnType<typeof view>, name: string, category: string): Call => ({
      at,
      sender: customer.device,
      body: {
        type: 'page',
        name,
        category,
        properties: { ...where, name, category },
        context: { page: where, ...(campaign && { campaign }) },
      },
    })
    const front = view('/', 'Shop – front page', search)
    const calls = [page(start, front, 'Home', 'Front')]
    const buying = this.#buying(customer, start, (at, path) => {
      const where = view(path, `Shop ${path}`)
      calls.push(page(at, where, 'Product', 'Catalogue'))
      return { page: where, ...(campaign && { campaign }) }
    })
    return this.#as(customer, [...calls, ...buying])
  }

  #inApp(customer: Customer, start: number): Call[] {
    const { device } = customer
    const opened: Call = {
      at: start,
      sender: device,
      body: {
        type: 'track',
        event: 'Application Opened',
        properties: {
          from_background: this.#random.chance(0.5),
          version: '1.4.0',
          build: '42',
          referring_application: null,
        },
      },
    }
    const screen: Call = {
      at: start + 500,
      sender: device,
      body: { type: 'screen', name: 'Home', properties: { first: customer.visits === 1 } },
    }
    const buying = this.#buying(customer, start, () => undefined)
    return this.#as(customer, [opened, screen, ...buying])
  }

  /** Looks at products, and maybe more; `seen` is where on the page that is. */
  #buying(customer: Customer, start: number, seen: (at: number, path: string) => Json | undefined): Call[] {
    const random = this.#random
    const { device } = customer
    const calls: Call[] = []
    let at = start
    const products = Array.from({ length: 1 + random.below(3) }, () => random.of(PRODUCTS))
    const track = (event: string, properties: Json, context: Json | undefined, sender = device) =>
      calls.push({ at, sender, body: { type: 'track', event, properties, ...(context && { context }) } })
    let context: Json | undefined
    for (const product of products) {
      at += 5_000 + random.below(2 * MINUTE)
      context = seen(at, `/products/${product.product_id}`)
      at += 200
      track('Product Viewed', { ...product, currency: 'EUR', ...this.#details(at) }, context)
    }
    if (random.chance(0.06)) track('Survey Answered', this.#answers(at), context)
    if (random.chance(0.05))
      track(random.of(['Users', 'Select', '2nd Visit', '秒速', 'signed_up', 'Signed Up']), { order: 1 }, context)
    if (!random.chance(0.5)) return calls
    at += 20_000
    const [product = PRODUCTS[0]] = products
    const quantity = 1 + random.below(3)
    track('Product Added', { ...product, quantity: this.#quantity(at, quantity), cart_id: random.uuid() }, context)
    if (!random.chance(0.6)) return calls
    at += 30_000
    const orderId = `o-${++this.#orders}`
    const revenue = Math.round((product?.price ?? 0) * quantity * 100) / 100
    const order = { order_id: orderId, revenue, currency: 'EUR', products: [{ ...product, quantity }] }
    track('Checkout Started', { ...order, affiliation: '' }, context)
    if (!random.chance(0.7)) return calls
    at += 10_000
    if (customer.userId === null) {
      customer.userId = `u-${++this.#people}`
      calls.push(this.#identify(customer, at))
      if (random.chance(0.2)) calls.push(this.#alias(customer, at + 10))
    } else if (random.chance(0.2)) calls.push(this.#identify(customer, at))
    if (customer.company !== null && random.chance(0.5)) calls.push(this.#group(customer, at + 20))
    at += 5_000
    track('Order Completed', { ...order, ...this.#orderMore(at) }, undefined, this.#backend)
    return calls
  }

  /** Properties that are written otherwise in the apps' next version. */
  #details(at: number): Json {
    const random = this.#random
    if (!this.#isAfterDrift(at)) return { position: random.below(40), on_sale: random.chance(0.2), variant: 'blue' }
    return {
      position: random.chance(0.5) ? random.below(40) : String(random.below(40)),
      on_sale: random.of<unknown>([true, 1, 0, 'yes', 'FALSE']),
      variant: { colour: 'blue', size: random.of(['S', 'M']) },
      imageUrl: `https://img.example/${random.below(100)}.png`,
      available_from: '2026-05-01',
    }
  }

  #quantity(at: number, quantity: number): unknown {
    if (!this.#isAfterDrift(at)) return quantity
    return this.#random.of<unknown>([quantity, `${quantity}`, quantity + 0.5, null, 'many', true])
  }

  #orderMore(at: number): Json {
    const random = this.#random
    const drifted = this.#isAfterDrift(at)
    return {
      // Beyond what a double carries.
      order_number: JSON.rawJSON(String(9_007_199_254_740_993n + BigInt(2 * this.#orders))),
      coupon: drifted && random.chance(0.3) ? 15 : random.of(['SPRING', '']),
      tax: drifted ? JSON.rawJSON('12345678901234567890') : random.below(1_000) / 100 + 0.001,
      paid_at: drifted && random.chance(0.3) ? 'yesterday' : new Date(at).toISOString(),
      shipping: { method: 'post', days: random.below(5), address: { city: 'Bø' } },
      gift: null,
      extras: {},
    }
  }

  /** Values that warehouses stumble over. */
  #answers(at: number): Json {
    const random = this.#random
    return {
      note: random.of([
        '\\N',
        'a\tb\nc\\',
        'nul\0here',
        'half \ud83d',
        '\\.',
        '',
        'x'.repeat(3_000),
        `"quoted", 'it's'; --`,
      ]),
      list: random.of<unknown>([[], [1, 2.5, null], [{ sku: 'A', å: [true] }], ['\\']]),
      big: random.of([Number.MAX_SAFE_INTEGER, -1, 0, JSON.rawJSON('9223372036854775807')]),
      huge: random.of([1e300, -2.5e-7, 0.1]),
      when: random.of([
        '2026-02-28',
        '2024-02-29 23:59',
        '2026-01-01T00:00:00.123456789+05:30',
        new Date(at).toISOString(),
      ]),
      day: random.of(['2024-02-30', '05:23:59', '20240101', 'now', '0000-01-01', '10000-01-01']),
      'Plan Type': 'a',
      planType: 'b',
      '@#$%': 'nothing',
      [`Answer ${'of a very long question '.repeat(4)}${random.of(['A', 'B'])}`]: true,
      user_id: 'not the user',
      context_ip: 'not the address',
      '2fa': false,
      ...(this.#isAfterDrift(at) && { when_again: random.of(['2026-03-01', '2026-03-02T10:00Z']) }),
    }
  }

  #identify(customer: Customer, at: number): Call {
    const random = this.#random
    const id = customer.userId ?? ''
    const drifted = this.#isAfterDrift(at)
    const traits: Json = {
      email: `${id}@example.com`,
      ...(random.chance(0.7) && { name: `Kari ${id}` }),
      ...(random.chance(0.5) && { age: drifted && random.chance(0.3) ? '41' : 20 + random.below(60) }),
      ...(random.chance(0.5) && { newsletter: random.chance(0.5) }),
      ...(random.chance(0.3) && { plan: random.of(['free', 'gold', null]) }),
      ...(random.chance(0.4) && { address: { street: 'Storgata 1', city: random.of(['Oslo', 'Bø', '東京']) } }),
      createdAt: new Date(at).toISOString(),
    }
    return { at, sender: customer.device, body: { type: 'identify', traits } }
  }

  #alias(customer: Customer, at: number): Call {
    return { at, sender: customer.device, body: { type: 'alias', previousId: customer.anonymousId } }
  }

  #group(customer: Customer, at: number): Call {
    const traits = { name: `Company ${customer.company}`, employees: this.#random.below(500), plan: 'team' }
    return { at, sender: customer.device, body: { type: 'group', groupId: customer.company, traits } }
  }

  /** Who it is of. A device knows its user from an identify on. */
  #as(customer: Customer, calls: Call[]): Call[] {
    const before = customer.userId
    let known = customer.visits > 1 ? before : null
    return calls.map((call) => {
      const type = call.body.type
      if (type === 'identify' || type === 'alias') known = customer.userId
      const ids =
        call.sender.sdk === 'server'
          ? { userId: customer.userId }
          : { anonymousId: customer.anonymousId, ...(known !== null && { userId: known }) }
      const context = { ...call.sender.context, ...(call.body.context as Json | undefined) }
      return { ...call, body: { ...call.body, ...ids, context } }
    })
  }

  /** As requests: a browser sends each by itself, apps and servers in batches; some late, some twice, some by a wrong clock. */
  #sent(calls: Call[]): ShopRequest[] {
    const requests: ShopRequest[] = []
    const random = this.#random
    for (const sdk of ['web', 'ios', 'android', 'server'] as const) {
      const own = calls.filter(({ sender }) => sender.sdk === sdk)
      const skew = random.chance(0.03) ? random.below(4 * 60) * MINUTE : 0
      const size = sdk === 'web' ? 1 : sdk === 'server' ? 5 : 20
      for (let from = 0; from < own.length; from += size)
        requests.push(this.#request(own.slice(from, from + size), skew))
    }
    const again = requests.filter(() => random.chance(0.01))
    return [...requests, ...again.map((request) => ({ ...request, at: request.at + random.below(3 * DAY) }))]
  }

  #request(calls: Call[], skew: number): ShopRequest {
    const random = this.#random
    const { sender, at: last } = calls.at(-1) as Call
    const isApp = sender.sdk === 'ios' || sender.sdk === 'android'
    const sent = last + (isApp && random.chance(0.05) ? random.below(7 * DAY) : 50 + random.below(2_000))
    const at = sent + 20 + random.below(300)
    const iso = (ms: number) => new Date(ms + skew).toISOString()
    const batch = calls.map(({ at, body }) => ({
      ...body,
      timestamp: iso(at),
      messageId: `${sender.prefix}${random.uuid()}`,
      integrations: {},
      _metadata: { bundled: [], unbundled: [], bundledIds: [] },
    }))
    const { ip, userAgent } = sender
    if (sender.sdk !== 'web')
      return { at, path: '/v1/batch', body: JSON.stringify({ batch, sentAt: iso(sent) }), ip, userAgent }
    const path = `/v1/${String((batch[0] as Json).type).charAt(0)}` as ShopRequest['path']
    return { at, path, body: JSON.stringify({ ...batch[0], writeKey: 'WK', sentAt: iso(sent) }), ip, userAgent }
  }
}
