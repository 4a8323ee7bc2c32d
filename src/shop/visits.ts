import type { JsonObject } from '../event/index.ts'

/** One visit of the synthetic shop: events in the order in which they happened. */
export type Visit = readonly JsonObject[]

const MINUTE_MS = 60_000

const PRODUCTS = [
  ['K-101', 'Copper kettle', 'Kitchen', 64],
  ['K-102', 'Pour-over stand', 'Kitchen', 38],
  ['K-103', 'Salt pig', 'Kitchen', 22],
  ['L-201', 'Desk lamp', 'Light', 89],
  ['L-202', 'Lantern', 'Light', 45],
  ['T-301', 'Wool blanket', 'Textiles', 120],
  ['T-302', 'Linen towel', 'Textiles', 18],
  ['T-303', 'Cushion', 'Textiles', 34],
  ['G-401', 'Watering can', 'Garden', 41],
  ['G-402', 'Seed box', 'Garden', 27],
] as const

const NAMES = ['Ada', 'Grace', 'Linus', 'Mary', 'Alan', 'Edsger', 'Barbara', 'Donald', 'Radia', 'Ken'] as const
const COMPANIES = ['Example Bakery', 'Sample Studio', 'Test & Sons', 'Placeholder Press'] as const
const PLANS = ['free', 'plus', 'pro'] as const

/** People who come to the shop. */
const SHOPPERS = 200

/**
 * The visit with a number, the same for a seed and number whenever it is asked for: who comes, what they look at, and whether
 * they buy. One in five is by an app. `at`: milliseconds since 1970, when it ends; it lasts up to a minute. Every call
 * of the spec comes again and again. At most ten events, no real person, address or company.
 */
export function visitOf(seed: number, number: number, at: number): Visit {
  const random = randomOf(seed, number)
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T
  const shopper = Math.floor(random() * SHOPPERS)
  const known = shopper % 5 < 3
  const who = { anonymousId: `shop-visitor-${seed}-${shopper}`, ...(known && { userId: `shop-customer-${shopper}` }) }
  const mobile = random() < 0.2
  const events: JsonObject[] = []
  const add = (event: JsonObject) => void events.push({ ...who, ...event })
  const look = (name: string, path: string) =>
    add(
      mobile
        ? { type: 'screen', name, properties: { tab: path } }
        : {
            type: 'page',
            name,
            properties: { path, url: `https://shop.example${path}`, title: `${name} · Example Shop` },
          },
    )
  look('Home', '/')
  // Once in a while somebody becomes known: the call that joins what they did before to them.
  if (known && random() < 0.1) add({ type: 'alias', userId: `shop-customer-${shopper}`, previousId: who.anonymousId })
  if (known && random() < 0.5) add({ type: 'identify', traits: traitsOf(shopper) })
  if (known && shopper % 20 === 0) {
    const company = shopper % COMPANIES.length
    add({
      type: 'group',
      groupId: `shop-company-${company}`,
      traits: { name: COMPANIES[company] ?? '', employees: 4 + company },
    })
  }
  const [sku, name, category, price] = pick(PRODUCTS)
  const product = { product_id: sku, sku, name, category, price, currency: 'EUR' }
  look(name, `/products/${sku.toLowerCase()}`)
  add({ type: 'track', event: 'Product Viewed', properties: product })
  if (random() < 0.45) {
    const quantity = 1 + Math.floor(random() * 3)
    add({ type: 'track', event: 'Product Added', properties: { ...product, quantity } })
    if (random() < 0.6) {
      const total = price * quantity
      const order = { order_id: `shop-${seed}-${number}`, revenue: total, total, currency: 'EUR' }
      add({ type: 'track', event: 'Order Completed', properties: { ...order, products: [{ ...product, quantity }] } })
    }
  }
  const step = MINUTE_MS / events.length
  return events.map((event, index) => ({
    ...event,
    // The same again when it is sent again.
    messageId: `shop-${seed}-${number}-${index}`,
    timestamp: new Date(Math.round(at - MINUTE_MS + step * (index + 1))).toISOString(),
    context: { library: { name: 'sluice-shop', version: '1' }, sandbox: true },
  }))
}

function traitsOf(shopper: number): JsonObject {
  const name = NAMES[shopper % NAMES.length] ?? ''
  return { name, email: `${name.toLowerCase()}.${shopper}@shop.example`, plan: PLANS[shopper % PLANS.length] ?? '' }
}

/** Numbers in [0, 1), the same for the same two (mulberry32). */
function randomOf(seed: number, number: number): () => number {
  let state = (Math.imul(seed | 0, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
