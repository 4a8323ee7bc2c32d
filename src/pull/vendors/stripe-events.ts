import { isObject, type JsonObject } from '../../event/index.ts'
import type { VendorApi } from '../api.ts'
import { PullError, type PulledEvent, type PulledObject, type PulledPage, type PullPlace } from '../protocol.ts'
import { inTurn, STRIPE_LISTS, nestedPage, pathOf } from './stripe-lists.ts'
import {
  collectionOf,
  gone,
  heldBy,
  type Identified,
  type ObjectName,
  type NestedList,
  objectsIn,
  OF_CUSTOMERS,
  taken,
} from './stripe-objects.ts'

/** The pass that reads what has changed. */
export const STRIPE_EVENTS = 'events'
/** Each may name an object that is read anew: a page is to take some seconds only. */
const EVENTS_PAGE = 25

/** An object that is read anew, and what it had when it was told of: that which it has no more is gone. */
interface Told {
  of: ObjectName
  had: ObjectName[]
}

interface EventsCursor {
  /** The event after which it goes on. */
  after: string | null
  /** All events were read. */
  ends: boolean
  told: Told[]
  lists: NestedList[]
  /** Lists that the key may not read. */
  refused: string[]
}

/**
 * What events since then name, read anew. The newest come first; those that come while they are read are of the next run.
 * `lists`: those of which something is wanted.
 */
export async function eventsPage(
  { cursor, since, wanted }: PullPlace,
  lists: readonly string[],
  api: VendorApi,
): Promise<PulledPage> {
  const at = cursorIn(cursor)
  if (at.lists.length > 0) {
    const page = await nestedPage(at.lists, api)
    return { objects: page.objects, next: nextOf({ ...at, lists: page.lists }) }
  }
  let events: PulledEvent[] = []
  const isNew = at.told.length === 0
  if (isNew) {
    const from = `${STRIPE_EVENTS}?limit=${EVENTS_PAGE}&created[gte]=${Math.floor((since ?? 0) / 1_000)}`
    const { data, has_more: hasMore } = await api.get(
      at.after === null ? from : `${from}&starting_after=${encodeURIComponent(at.after)}`,
    )
    const all = objectsIn(data)
    events = all.toReversed().flatMap((event) => happenedOf(event) ?? [])
    const isRead = (name: string) => (OF_CUSTOMERS.has(name) ? wanted.has(name) : lists.includes(name))
    at.told = toldBy(all).filter(({ of: [collection] }) => isRead(collection))
    const last = all.at(-1)
    Object.assign(at, { after: last?.id ?? at.after, ends: hasMore !== true || !last })
  }
  const objects: PulledObject[] = []
  const unread = new Map<string, { pass: string; code: string; words: string }>()
  const left = await inTurn(at.told, isNew, async (one) => {
    const [collection] = one.of
    const pass = OF_CUSTOMERS.has(collection) ? 'customers' : collection
    if (at.refused.includes(pass)) return
    try {
      const found = await readAnew(one, api)
      objects.push(...found.objects)
      at.lists.push(...found.lists)
    } catch (error) {
      // The key may read some kinds of objects only: those are told of, and hold up no others.
      if (!(error instanceof PullError) || error.kind !== 'pass') throw error
      unread.set(pass, { pass, code: error.code, words: error.message })
      at.refused.push(pass)
    }
  })
  return { objects, events, next: nextOf({ ...at, told: [...left] }), unread: [...unread.values()] }
}

function cursorIn(cursor: string | null): EventsCursor {
  const begins: EventsCursor = { after: null, ends: false, told: [], lists: [], refused: [] }
  if (cursor === null) return begins
  // One of before an upgrade is the id of an event.
  return cursor.startsWith('{') ? (JSON.parse(cursor) as EventsCursor) : { ...begins, after: cursor }
}

function nextOf(at: EventsCursor): string | null {
  return at.ends && at.told.length === 0 && at.lists.length === 0 ? null : JSON.stringify(at)
}

/** The objects that events name, each once, and what these say that each had. */
function toldBy(events: readonly JsonObject[]): Told[] {
  const all = new Map<string, Told>()
  for (const { data } of events) {
    const { object, previous_attributes: before } = isObject(data) ? data : {}
    if (!isObject(object) || typeof object.id !== 'string') continue
    const collection = collectionOf(object.object)
    if (collection === undefined) continue
    const isOfCustomer = OF_CUSTOMERS.has(collection) && typeof object.customer === 'string'
    if (!isOfCustomer && !STRIPE_LISTS[collection]) continue
    const key = `${collection} ${object.id}`
    const known = all.get(key) ?? { of: [collection, object.id], had: [] }
    // Items that a subscription had, and has no more, are told by the change that took them away.
    const had = isOfCustomer
      ? [[collection, object.id] satisfies ObjectName]
      : heldBy(collection, object, ...(isObject(before) ? [before] : []))
    all.set(key, {
      of: isOfCustomer ? [collection, String(object.customer)] : known.of,
      had: [...new Map([...known.had, ...had].map((named) => [named.join(' '), named])).values()],
    })
  }
  return [...all.values()]
}

/** An object that an event names, as it is now: what is of a customer with that one. */
async function readAnew(
  { of: [collection, id], had }: Told,
  api: VendorApi,
): Promise<{ objects: PulledObject[]; lists: NestedList[] }> {
  const own = OF_CUSTOMERS.has(collection) ? 'customers' : collection
  const lost = { objects: [gone(own, id), ...had.map((named) => gone(...named))], lists: [] }
  const expand = own === 'customers' ? '?expand[]=sources' : ''
  try {
    const object = await api.get(`${pathOf(own)}/${encodeURIComponent(id)}${expand}`)
    return object.deleted === true ? lost : taken({ ...object, id }, had)
  } catch (error) {
    if (error instanceof PullError && error.kind === 'missing') return lost
    throw error
  }
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
