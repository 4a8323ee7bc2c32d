import { isObject, type JsonObject } from '../../event/index.ts'
import { retryAfterMs, type VendorApi } from '../api.ts'
import { OAUTH_FIELDS } from '../oauth.ts'
import { PullError, type PulledObject, type PulledPage, type PullPlace, type Vendor } from '../protocol.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 3_600_000
/** Objects of a page of an export, of which each may have long texts, and of a page of a list. */
const EXPORT_PAGE = 500
/** The most that an export can be asked for at once. */
const LARGEST_PAGE = 1_000
const LIST_PAGE = 100
/** Where exports begin that are to hold everything. */
const FIRST_SECOND = 1

/** Exports of what has changed: by a cursor where there is one, otherwise by the time when a page ended. */
const EXPORTS: Record<string, { by: 'cursor' | 'time'; query?: string }> = {
  tickets: { by: 'cursor', query: 'include=metric_sets' },
  users: { by: 'cursor' },
  organizations: { by: 'time' },
  ticket_events: { by: 'time', query: 'include=comment_events' },
  ticket_metric_events: { by: 'time' },
}

/** What is listed whole each time: `rare` once a day, and `kept` though it is not listed any more. */
const LISTS: Record<string, { path: string; collection: string; rare?: true; kept?: true }> = {
  groups: { path: 'groups', collection: 'groups' },
  ticket_fields: { path: 'ticket_fields', collection: 'ticket_fields' },
  ticket_forms: { path: 'ticket_forms', collection: 'ticket_forms' },
  activities: { path: 'activities', collection: 'activities', kept: true },
  // The export does not tell of those that were deleted.
  'all organizations': { path: 'organizations', collection: 'organizations', rare: true },
  organization_memberships: { path: 'organization_memberships', collection: 'organization_memberships', rare: true },
  group_memberships: { path: 'group_memberships', collection: 'group_memberships', rare: true },
  satisfaction_ratings: { path: 'satisfaction_ratings', collection: 'satisfaction_ratings', rare: true, kept: true },
  ticket_skips: { path: 'skips', collection: 'ticket_skips', rare: true, kept: true },
}

/** What comes with something else. */
const WITHIN: Record<string, string> = {
  ticket_metrics: 'tickets',
  ticket_comments: 'ticket_events',
  attachments: 'ticket_events',
}

/** Passes whose objects Zendesk counts. */
const COUNTED = new Set([
  'tickets',
  'users',
  'all organizations',
  'organization_memberships',
  'group_memberships',
  'satisfaction_ratings',
])

const PASSES = [...Object.keys(EXPORTS), ...Object.keys(LISTS)]

/**
 * Zendesk Support, by OAuth. Exports say what has changed since a time, but for the last minute; lists are read whole, and
 * what they do not have any more is gone.
 */
export const zendesk: Vendor = {
  id: 'zendesk',
  name: 'Zendesk',
  collections: [
    ...Object.keys(EXPORTS),
    ...Object.values(LISTS).map(({ collection }) => collection),
    ...Object.keys(WITHIN),
  ]
    .filter((name, index, all) => all.indexOf(name) === index)
    .toSorted(),
  fields: [
    {
      name: 'address',
      label: 'Address',
      type: 'string',
      format: 'url',
      required: true,
      hosts: ['*.zendesk.com'],
      description: 'Of your account, such as https://acme.zendesk.com.',
    },
    ...OAUTH_FIELDS,
  ],
  account: ['address'],
  oauth: {
    authorize: '/oauth/authorizations/new',
    token: '/oauth/tokens',
    scope: 'read',
    body: 'json',
    // A client of before tokens ended has such that do not; then Zendesk says when.
    holdsMs: 30 * DAY_MS,
  },
  hosts: ['*.zendesk.com'],
  // Of the 200 a minute that the smallest plan has.
  perSecond: 1,
  // Of the ten a minute that all exports have together.
  pace: (path) => (path.startsWith('incremental/') ? { lane: 'exports', everyMs: MINUTE_MS / 8 } : undefined),
  changesMs: Infinity,
  base: ({ address }) => `${new URL(String(address)).origin}/api/v2/`,
  headers: () => ({}),
  fault,
  wholePasses: (wanted) => passesOf(wanted, ['all organizations']),
  changePasses: (wanted) => passesOf(wanted, ['organizations', 'all organizations']),
  everyMs: (pass) => (LISTS[pass]?.rare ? DAY_MS : undefined),
  lists: (pass) => (LISTS[pass]?.kept ? undefined : LISTS[pass]?.collection),
  sizes: async (passes, api) => {
    const sizes: Record<string, number> = {}
    for (const pass of passes.filter((each) => COUNTED.has(each))) {
      const { count } = await api.get(`${LISTS[pass]?.path ?? pass}/count.json`)
      if (isObject(count) && typeof count.value === 'number') sizes[pass] = count.value
    }
    return sizes
  },
  page: (pass, place, api) => (EXPORTS[pass] ? exportPage(pass, place, api) : listPage(pass, place, api)),
  look: (pass, api) => (EXPORTS[pass] ? lookAtRole(api) : api.get(`${LISTS[pass]?.path ?? pass}.json?page[size]=1`)),
}

function passesOf(wanted: ReadonlySet<string>, organizations: readonly string[]): string[] {
  const passes = new Set(
    [...wanted].flatMap((name) => (name === 'organizations' ? organizations : (WITHIN[name] ?? name))),
  )
  return PASSES.filter((pass) => passes.has(pass))
}

/** Exports are for administrators; asked for in this way it costs none of the ten a minute. */
async function lookAtRole(api: VendorApi): Promise<void> {
  const { user } = await api.once('me', () => api.get('users/me.json'))
  const role = isObject(user) ? String(user.role) : 'nobody'
  if (role === 'admin') return
  throw new PullError(
    'no_permission',
    `Exports are for administrators of Zendesk; it was allowed by an ${role}.`,
    'pass',
  )
}

function fault(status: number, body: unknown, headers: Headers): PullError {
  const { error, description, message } = isObject(body) ? body : {}
  const [code, words] = isObject(error) ? [error.title, error.message] : [error, description ?? message]
  const texts = [code, words].filter((text): text is string => typeof text === 'string' && text !== '')
  const said = texts.length > 0 ? texts.join(': ').slice(0, 300) : `Zendesk answers ${status}.`
  if (status === 429)
    return new PullError(
      'rate_limited',
      'Zendesk wants fewer calls; it is asked again later.',
      'again',
      Math.max(1_000, retryAfterMs(headers) ?? MINUTE_MS),
    )
  if (status === 401) return new PullError('key_refused', `Zendesk does not take the access: ${said}`, 'person')
  if (status === 403) return new PullError('no_permission', `This may not be read: ${said}`, 'pass')
  if (status === 404) return new PullError('missing', `The account does not have this: ${said}`, 'missing')
  if (status >= 500 || status === 409) return new PullError(`http_${status}`, said, 'again', retryAfterMs(headers))
  return new PullError(`http_${status}`, said, 'pass')
}

async function exportPage(pass: string, { cursor, since }: PullPlace, api: VendorApi): Promise<PulledPage> {
  const { by = 'time', query } = EXPORTS[pass] ?? {}
  const start = String(since === null ? FIRST_SECOND : Math.max(FIRST_SECOND, Math.floor(since / 1_000)))
  const [from = start, size = String(EXPORT_PAGE)] = cursor?.split(' ') ?? []
  const asked = [
    `${by === 'cursor' && cursor !== null ? 'cursor' : 'start_time'}=${encodeURIComponent(from)}`,
    `per_page=${size}`,
    ...(query ? [query] : []),
  ]
  const path = `incremental/${pass}${by === 'cursor' ? '/cursor' : ''}.json?${asked.join('&')}`
  const answer = await reading(api, path, cursor)
  const read = identified(answer[pass]).length
  const objects = exported(pass, answer)
  if (answer.end_of_stream === true) return { objects, next: null, read }
  const next = by === 'cursor' ? cursorAfter(pass, answer) : timeAfter(pass, Number(from), Number(size), answer, api)
  return { objects, next, read }
}

function cursorAfter(pass: string, { after_cursor: next }: JsonObject): string {
  if (typeof next === 'string') return next
  throw new PullError('not_understood', `An export of ${pass} does not go on.`, 'again')
}

/** By time a page goes on with the second in which the last one ended, some of which comes once more. */
function timeAfter(pass: string, from: number, size: number, answer: JsonObject, api: VendorApi): string | null {
  const end = Number(answer.end_time)
  // What is of the last minute is of the next run.
  if (!(end > 0) || end * 1_000 > api.now() - MINUTE_MS) return null
  if (end > from) return String(end)
  // All of it is of one second: of which a larger page may hold all.
  if (size < LARGEST_PAGE) return `${from} ${LARGEST_PAGE}`
  if (identified(answer[pass]).length > size) return String(from + 1)
  throw new PullError('stuck', `More ${pass} are of one second (${from}) than an export tells of.`, 'pass')
}

async function listPage(pass: string, { cursor, since }: PullPlace, api: VendorApi): Promise<PulledPage> {
  const { path = pass, collection = pass } = LISTS[pass] ?? {}
  const asked = [
    `page[size]=${LIST_PAGE}`,
    ...(cursor === null ? [] : [`page[after]=${encodeURIComponent(cursor)}`]),
    // They are kept for thirty days there, and never change.
    ...(pass === 'activities' && since !== null ? [`since=${encodeURIComponent(new Date(since).toISOString())}`] : []),
  ]
  const answer = await reading(api, `${path}.json?${asked.join('&')}`, cursor)
  const objects = identified(answer[path]).map((object) => pulled(collection, plain(object)))
  const { has_more: hasMore, after_cursor: next } = isObject(answer.meta) ? answer.meta : {}
  return { objects, next: hasMore === true && typeof next === 'string' ? next : null }
}

/** A place that Zendesk does not know any more is begun anew. */
async function reading(api: VendorApi, path: string, cursor: string | null): Promise<JsonObject> {
  try {
    return await api.get(path)
  } catch (error) {
    const isLost = error instanceof PullError && (error.code === 'http_400' || error.code === 'http_422')
    if (cursor === null || !isLost) throw error
    throw new PullError('place_lost', `Zendesk does not know the place in this list any more: ${error.message}`, 'anew')
  }
}

type Identified = JsonObject & { id: number | string }

function identified(list: unknown): Identified[] {
  if (!Array.isArray(list)) return []
  return list.filter((each): each is Identified => isObject(each) && ['number', 'string'].includes(typeof each.id))
}

function exported(pass: string, answer: JsonObject): PulledObject[] {
  const all = identified(answer[pass])
  if (pass === 'tickets') {
    const beside = identified(answer.metric_sets).map((metrics) => pulled('ticket_metrics', metrics))
    return [...all.flatMap(ticket), ...beside]
  }
  if (pass === 'ticket_events') return all.flatMap(ticketEvent)
  if (pass === 'users') return all.map((user) => pulled(pass, plain(user), user.active === false))
  return all.map((object) => pulled(pass, plain(object)))
}

function ticket(object: Identified): PulledObject[] {
  const { metric_set: metrics, ...own } = plain(object)
  const isDeleted = object.status === 'deleted'
  return [pulled('tickets', own, isDeleted), ...identified([metrics]).map((each) => pulled('ticket_metrics', each))]
}

/** What was said, and what was sent with it, are collections of their own. */
function ticketEvent(event: Identified): PulledObject[] {
  const { child_events: children, ...own } = event
  const said = identified(children).filter((child) => child.event_type === 'Comment' || child.type === 'Comment')
  const ids = new Set(said.map(({ id }) => id))
  const left = Array.isArray(children)
    ? children.map((child: unknown) =>
        isObject(child) && ids.has(child.id as number) ? { id: child.id, event_type: 'Comment' } : child,
      )
    : null
  return [
    pulled('ticket_events', { ...own, child_events: left }),
    ...said.flatMap(({ attachments, ...comment }) => {
      const where = { ticket_id: event.ticket_id, comment_id: comment.id }
      return [
        pulled('ticket_comments', { ...comment, ticket_id: event.ticket_id, event_id: event.id }),
        ...identified(attachments).map((each) => pulled('attachments', { ...each, ...where })),
      ]
    }),
  ]
}

/** Lists of custom fields as an object by their ids; `fields` says the same once more. People are ids: they have a table. */
function plain({ fields: _fields, actor: _actor, user: _user, ...object }: Identified): Identified {
  const { custom_fields: custom } = object
  if (!Array.isArray(custom)) return object
  const all = custom.filter(isObject).map(({ id, value }) => [String(id), value])
  return { ...object, custom_fields: Object.fromEntries(all) as JsonObject }
}

function pulled(collection: string, { id, ...properties }: Identified, isDeleted = false): PulledObject {
  return { collection, id: String(id), properties, ...(isDeleted && { isDeleted }) }
}
