import type { EventType, JsonObject } from '../../src/event/index.ts'

/** One call of an SDK, and what must arrive of it: the fields of Segment's Spec that the caller gave. */
export interface Call {
  method: EventType
  args: unknown[]
  arrives: JsonObject
  /** The snippet makes it by itself. */
  bySnippet?: true
}

const TRAITS = { email: 'ada@example.com', plan: 'pro', address: { city: 'Oslo' } }
const ORDER = { orderId: 'o1', total: 12.5, products: [{ sku: 'A' }], note: 'Æther ☂ "quoted"', coupon: null }
const ACME = { name: 'Acme', employees: 12 }
/** The name of no destination of the tests, so that all get the event all the same. */
const INTEGRATIONS = { All: true, 'Some Tool': false }

/** As the server libraries are called: one object. */
export const ON_SERVER: Call[] = [
  {
    method: 'identify',
    args: [{ userId: 'u-1', traits: TRAITS, context: { ip: '203.0.113.9' } }],
    arrives: { userId: 'u-1', traits: TRAITS },
  },
  {
    method: 'track',
    args: [{ userId: 'u-1', event: 'Order Completed', properties: ORDER, integrations: INTEGRATIONS }],
    arrives: { userId: 'u-1', event: 'Order Completed', properties: ORDER, integrations: INTEGRATIONS },
  },
  {
    method: 'page',
    args: [{ anonymousId: 'visitor-7', category: 'Docs', name: 'Start', properties: { tag: 'first' } }],
    arrives: { anonymousId: 'visitor-7', category: 'Docs', name: 'Start', properties: { tag: 'first' } },
  },
  {
    method: 'screen',
    args: [{ userId: 'u-1', name: 'Home', properties: { dark: true } }],
    arrives: { userId: 'u-1', name: 'Home', properties: { dark: true } },
  },
  {
    method: 'group',
    args: [{ userId: 'u-1', groupId: 'g-1', traits: ACME }],
    arrives: { userId: 'u-1', groupId: 'g-1', traits: ACME },
  },
  {
    method: 'alias',
    args: [{ userId: 'u-1', previousId: 'visitor-7' }],
    arrives: { userId: 'u-1', previousId: 'visitor-7' },
  },
]

/** As analytics.js is called in a page, where the SDK remembers who the user is. */
export const IN_PAGE: Call[] = [
  // First: once a user is known, the SDK puts its id in the place of the alias's own.
  {
    method: 'alias',
    args: ['u-1', 'visitor-7'],
    arrives: { userId: 'u-1', previousId: 'visitor-7' },
  },
  { method: 'identify', args: ['u-1', TRAITS], arrives: { userId: 'u-1', traits: TRAITS } },
  {
    method: 'track',
    args: ['Order Completed', ORDER, { integrations: INTEGRATIONS }],
    arrives: { userId: 'u-1', event: 'Order Completed', properties: ORDER, integrations: INTEGRATIONS },
  },
  {
    method: 'page',
    args: ['Docs', 'Start', { tag: 'first' }],
    arrives: { userId: 'u-1', category: 'Docs', name: 'Start', properties: { tag: 'first' } },
  },
  {
    method: 'screen',
    args: ['App', 'Home', { dark: true }],
    arrives: { userId: 'u-1', category: 'App', name: 'Home', properties: { dark: true } },
  },
  { method: 'group', args: ['g-1', ACME], arrives: { userId: 'u-1', groupId: 'g-1', traits: ACME } },
]

/** As a page calls it that has the snippet, which says by itself that the page was viewed. */
export const BY_SNIPPET: Call[] = [
  { method: 'page', args: [], arrives: { properties: { title: 'Start', path: '/' } }, bySnippet: true },
  ...IN_PAGE.filter(({ method }) => method !== 'page'),
]

/** As React Native's SDK is called. It has no `page`. */
export const ON_PHONE: Call[] = [
  { method: 'identify', args: ['u-1', TRAITS], arrives: { userId: 'u-1', traits: TRAITS } },
  {
    method: 'track',
    args: ['Order Completed', ORDER],
    arrives: { userId: 'u-1', event: 'Order Completed', properties: ORDER },
  },
  {
    method: 'screen',
    args: ['Home', { dark: true }],
    arrives: { userId: 'u-1', name: 'Home', properties: { dark: true } },
  },
  { method: 'group', args: ['g-1', ACME], arrives: { userId: 'u-1', groupId: 'g-1', traits: ACME } },
  { method: 'alias', args: ['u-2'], arrives: { userId: 'u-2', previousId: 'u-1' } },
]

/** A single track, in the way that a list of calls makes its own. */
export function trackOnly(calls: Call[], event: string): Call[] {
  const args = calls === ON_SERVER ? [{ userId: 'u-1', event }] : [event]
  return [{ method: 'track', args, arrives: { event } }]
}
