import { Buffer } from 'node:buffer'

/** Bytes of one event as JSON, as an SDK sends it. */
export const EVENT_BYTES = 900

const WORDS = 'amber basket cedar dune ember fjord grove harbor island juniper kelp lagoon meadow nectar orchid'.split(
  ' ',
)

/** When events of the virtual clock happened. */
const THEN = '2030-01-07T09:00:00.000Z'

/** Track calls of a shop's server, each of exactly `EVENT_BYTES`. `n` makes them differ; `time`: ISO, with milliseconds. */
export function eventOf(n: number, time = THEN): Record<string, unknown> {
  const user = (n * 7_919) % 100_000
  const event = {
    type: 'track',
    event: 'Product Added',
    messageId: `node-${(1_700_000_000_000 + n).toString(36)}-${(n * 2_654_435_761).toString(16)}`,
    userId: `user_${user}`,
    anonymousId: `anon-${(user * 48_271).toString(36)}`,
    timestamp: time,
    context: {
      library: { name: '@segment/analytics-node', version: '3.1.0' },
      ip: `203.0.113.${n % 250}`,
      locale: 'en-GB',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      page: { path: `/shop/${word(n)}`, url: `https://shop.example.com/shop/${word(n)}`, title: `Shop: ${word(n)}` },
    },
    properties: {
      product_id: `sku-${n % 5_000}`,
      price: (n % 9_000) / 100,
      currency: 'EUR',
      quantity: 1 + (n % 3),
      note: '',
    },
    integrations: {},
  }
  const missing = EVENT_BYTES - Buffer.byteLength(JSON.stringify(event))
  if (missing < 0) throw new Error(`an event has ${-missing} bytes too many`)
  event.properties.note = textOf(n, missing)
  return event
}

/** The body of one request. */
export function bodyOf(first: number, events: number, time = THEN): string {
  if (events === 1) return JSON.stringify(eventOf(first, time))
  const batch = Array.from({ length: events }, (_, at) => eventOf(first + at, time))
  return JSON.stringify({ batch, sentAt: time })
}

function textOf(n: number, length: number): string {
  let text = ''
  for (let at = n; text.length < length; at = at * 31 + 7) text += `${word(at)} ${at % 97} `
  return text.slice(0, length)
}

function word(n: number): string {
  return WORDS[n % WORDS.length] ?? ''
}
