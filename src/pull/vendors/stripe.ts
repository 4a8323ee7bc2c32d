import { isObject } from '../../event/index.ts'
import { retryAfterMs } from '../api.ts'
import { PullError, type Vendor } from '../protocol.ts'
import { STRIPE_EVENTS, eventsPage } from './stripe-events.ts'
import { listPage, STRIPE_LISTS, pathOf, sizesOf } from './stripe-lists.ts'
import { NESTED, parentsOf } from './stripe-objects.ts'

/** Shapes of answers are those of this version, whatever the account's own is. */
export const STRIPE_VERSION = '2025-03-31.basil'

/** Never changes, and has no events. */
const UNCHANGING = ['balance_transactions']
/** Before the name of a list: a pass that reads what it has had since. */
const NEW = 'new '

/**
 * Stripe, by a secret or restricted key. Lists say what is there; what has changed since is told by its events, each of which
 * names an object that is then read anew, so the order of events is of no account.
 */
export const stripe: Vendor = {
  id: 'stripe',
  name: 'Stripe',
  collections: [...Object.keys(STRIPE_LISTS), ...NESTED].toSorted(),
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
  wholePasses: listsOf,
  changePasses: (wanted) => [
    ...UNCHANGING.filter((name) => wanted.has(name)).map((name) => `${NEW}${name}`),
    STRIPE_EVENTS,
  ],
  sizes: sizesOf,
  page: (pass, place, api) => {
    if (pass === STRIPE_EVENTS) return eventsPage(place, listsOf(place.wanted), api)
    const { cursor, since } = place
    const isNew = pass.startsWith(NEW)
    return listPage(isNew ? pass.slice(NEW.length) : pass, cursor, isNew ? since : null, api)
  },
  look: (pass, api) => api.get(`${pass === STRIPE_EVENTS ? STRIPE_EVENTS : pathOf(pass.replace(NEW, ''))}?limit=1`),
}

function listsOf(wanted: ReadonlySet<string>): string[] {
  const lists = parentsOf(wanted)
  return Object.keys(STRIPE_LISTS).filter((name) => lists.has(name))
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
