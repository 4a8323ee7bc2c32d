import type { Random } from '../warehouse/random.ts'
import { PickMap } from './pick-map.ts'
import { type Answered, type Asked, Tokens, VendorServer } from './vendor-server.ts'

export type ZendeskObject = Record<string, unknown> & { id: number }

/** Lists that are paged by a cursor, by their path. */
const LISTS = [
  'groups',
  'ticket_fields',
  'ticket_forms',
  'activities',
  'organizations',
  'organization_memberships',
  'group_memberships',
  'satisfaction_ratings',
  'skips',
] as const
type List = (typeof LISTS)[number]
const BY_CURSOR = new Set(['tickets', 'users'])
const BY_TIME = new Set(['organizations', 'ticket_events', 'ticket_metric_events'])

/**
 * Answers as Zendesk's API is documented to: exports by cursor and by time, without the last minute, ten calls a minute; lists
 * by cursor; deleted tickets in their export, and metrics beside those that are not; tokens that end. All changes while it is paged.
 */
export class ZendeskServer extends VendorServer {
  readonly tokens = new Tokens(this.now)
  readonly all: Record<
    List | 'tickets' | 'users' | 'ticket_events' | 'ticket_metric_events',
    PickMap<number, ZendeskObject>
  > = Object.fromEntries(
    [...LISTS, 'tickets', 'users', 'ticket_events', 'ticket_metric_events'].map((name) => [name, new PickMap()]),
  ) as never
  /** Of a ticket. */
  readonly metrics = new Map<number, ZendeskObject>()
  /** When an object changed last, seconds, by its list and id. */
  readonly changed = new Map<string, number>()
  /** Paths that the account does not have. */
  readonly absent = new Set<string>()
  role = 'admin'
  /** Objects of a page of an export at most, whatever is asked for. */
  exportPage = 1_000
  /** Exports that were asked for, seconds. */
  exports: number[] = []
  /** Places in lists are not known any more that were given before this id was. */
  #places = 0
  #ids = 100

  put(list: keyof ZendeskServer['all'], facts: Record<string, unknown>, id = ++this.#ids): ZendeskObject {
    const at = new Date(this.now() * 1_000).toISOString().replace('.000Z', 'Z')
    const before = this.all[list].get(id)
    const object = {
      id,
      url: `https://acme.zendesk.com/api/v2/${list}/${id}.json`,
      created_at: at,
      ...before,
      ...facts,
      updated_at: at,
    }
    this.all[list].set(id, object)
    this.changed.set(`${list} ${id}`, this.now())
    return object
  }

  remove(list: keyof ZendeskServer['all'], id: number): void {
    this.all[list].delete(id)
  }

  losePlaces(): void {
    this.#places = this.#ids
  }

  protected admit({ method, url, headers, body }: Asked): Answered | null {
    if (url.pathname === '/oauth/tokens' && method === 'POST') {
      const given = this.tokens.give(JSON.parse(body) as Record<string, string>)
      if (typeof given === 'string')
        return {
          status: given === 'invalid_client' ? 401 : 400,
          body: { error: given, error_description: 'The grant is invalid, expired or revoked.' },
        }
      return { status: 200, body: { ...given, token_type: 'bearer', scope: 'read', expires_in: this.tokens.lasts } }
    }
    if (url.pathname === '/oauth/authorizations/new') return this.tokens.consentPage(url)
    if (this.tokens.holds(headers.authorization)) return null
    return {
      status: 401,
      body: {
        error: 'invalid_token',
        error_description: 'The access token provided is expired, revoked, malformed or invalid for other reasons.',
      },
    }
  }

  protected failure(trouble: 'slow down' | 'broken'): Answered {
    if (trouble === 'slow down') return this.#slow(2)
    return { status: 503, body: { error: 'DatabaseError', description: 'Try again.' }, headers: { 'retry-after': '1' } }
  }

  #slow(after: number): Answered {
    const headers = {
      'retry-after': String(after),
      'x-rate-limit': '700',
      'x-rate-limit-remaining': '0',
      'ratelimit-reset': String(after),
    }
    return {
      status: 429,
      body: { error: 'APIRateLimitExceeded', description: 'Number of allowed API requests per minute exceeded' },
      headers,
    }
  }

  protected answer({ url }: Asked): Answered {
    const path = url.pathname.replace(/^\/api\/v2\//, '').replace(/\.json$/, '')
    if (this.absent.has(path)) return { status: 404, body: { error: 'InvalidEndpoint', description: 'Not found' } }
    if (path === 'users/me') return { status: 200, body: { user: { id: 1, role: this.role } } }
    const [, counted] = /^(\w+)\/count$/.exec(path) ?? []
    if (counted)
      return {
        status: 200,
        body: { count: { value: this.all[counted as List].size, refreshed_at: '2026-11-01T00:00:00Z' } },
      }
    const [, exported, isCursor] = /^incremental\/(\w+?)(\/cursor)?$/.exec(path) ?? []
    if (exported) return this.#export(exported as 'tickets', url.searchParams, isCursor !== undefined)
    return this.#list(path as List, url.searchParams)
  }

  #export(
    list: 'tickets' | 'users' | 'organizations' | 'ticket_events',
    asked: URLSearchParams,
    isCursor: boolean,
  ): Answered {
    if (this.role !== 'admin')
      return { status: 403, body: { error: { title: 'Forbidden', message: 'You do not have access to this page.' } } }
    const now = this.now()
    this.exports = this.exports.filter((at) => at > now - 60)
    if (this.exports.length >= 10) return this.#slow(60 - (now - (this.exports[0] ?? now)))
    this.exports.push(now)
    const start = asked.get('start_time')
    if (start !== null && Number(start) > now - 60)
      return {
        status: 422,
        body: {
          error: 'StartTimeTooRecent',
          description: 'Too recent start_time. Use a start_time older than 60 seconds',
        },
      }
    if (!(isCursor ? BY_CURSOR : BY_TIME).has(list)) return { status: 404, body: { error: 'InvalidEndpoint' } }
    const size = Math.min(Number(asked.get('per_page') ?? 1_000), this.exportPage)
    const stampOf = (object: ZendeskObject) => this.changed.get(`${list} ${object.id}`) ?? 0
    const known = [...this.all[list].values()]
      .map((object) => ({ object, stamp: stampOf(object) }))
      .filter(({ stamp }) => stamp < now - 60)
      .toSorted((a, b) => a.stamp - b.stamp || a.object.id - b.object.id)
    const cursor = asked.get('cursor')
    const [at, id] =
      cursor === null ? [Number(start), 0] : (JSON.parse(Buffer.from(cursor, 'base64').toString()) as [number, number])
    const left = known.filter(
      ({ object, stamp }) => stamp > at || (stamp === at && object.id > id) || (cursor === null && stamp >= at),
    )
    const page = left.slice(0, size)
    // By time what has the same second is not parted.
    if (!isCursor)
      while (left[page.length] && left[page.length]?.stamp === page.at(-1)?.stamp) page.push(left[page.length] as never)
    const last = page.at(-1)
    const end = left.length === page.length
    const objects = page.map(({ object, stamp }) =>
      list === 'tickets' ? { ...object, generated_timestamp: stamp } : object,
    )
    const beside =
      list === 'tickets' && asked.get('include') === 'metric_sets'
        ? {
            metric_sets: page
              .filter(({ object }) => object['status'] !== 'deleted')
              .map(({ object }) => this.metrics.get(object.id)),
          }
        : {}
    if (isCursor) {
      const after = last ? Buffer.from(JSON.stringify([last.stamp, last.object.id])).toString('base64') : cursor
      return {
        status: 200,
        body: {
          [list]: objects,
          ...beside,
          after_cursor: after,
          after_url: `https://acme.zendesk.com${after}`,
          before_cursor: null,
          before_url: null,
          end_of_stream: end,
        },
      }
    }
    const isTelling = asked.get('include') === 'comment_events'
    const shown =
      list === 'ticket_events' && !isTelling ? objects.map((one) => ({ ...one, child_events: [] })) : objects
    const endTime = last?.stamp ?? Number(start)
    return {
      status: 200,
      body: {
        [list]: shown,
        count: page.length,
        end_time: endTime,
        next_page: `https://acme.zendesk.com/api/v2/incremental/${list}.json?start_time=${endTime}`,
        end_of_stream: end,
      },
    }
  }

  #list(list: List, asked: URLSearchParams): Answered {
    if (!LISTS.includes(list)) return { status: 404, body: { error: 'InvalidEndpoint', description: 'Not found' } }
    const size = Number(asked.get('page[size]') ?? 100)
    if (size > 100)
      return { status: 400, body: { error: 'InvalidPaginationParameter', description: 'page[size] is at most 100' } }
    const cursor = asked.get('page[after]')
    const [given = 0, after = 0] = cursor === null ? [] : cursor.split('.').map(Number)
    if (cursor !== null && given < this.#places)
      return { status: 400, body: { error: 'InvalidPaginationParameter', description: 'page[after] is not valid' } }
    const left = [...this.all[list].values()].filter(({ id }) => id > after).toSorted((a, b) => a.id - b.id)
    const page = left.slice(0, size)
    const more = left.length > page.length
    const place = `${this.#ids}.${page.at(-1)?.id}`
    return {
      status: 200,
      body: {
        [list]: page,
        meta: { has_more: more, after_cursor: more ? place : null, before_cursor: null },
        links: { next: more ? `https://acme.zendesk.com/api/v2/${list}.json?page[after]=${place}` : null, prev: null },
      },
    }
  }
}

/** Does something to the account that people and programs do. */
export function disturbZendesk(server: ZendeskServer, random: Random): void {
  const any = (list: keyof ZendeskServer['all']) => server.all[list].any(random)
  const what = random.below(16)
  if (what < 3) {
    const { id } = server.put('tickets', {
      subject: `No. ${random.below(1_000)}`,
      status: 'open',
      priority: random.chance(0.5) ? null : 'high',
      requester_id: any('users')?.id ?? null,
      tags: ['a', 'b'].slice(random.below(3)),
      via: { channel: 'web', source: { from: {}, to: { name: 'Łódź' }, rel: null } },
      custom_fields: [{ id: 77, value: random.chance(0.5) ? null : '0123' }],
      fields: [{ id: 77, value: null }],
    })
    server.metrics.set(id, {
      ...server.put('ticket_metric_events', {
        ticket_id: id,
        metric: 'reply_time',
        type: 'activate',
        time: '2026-11-01T00:00:00Z',
        instance_id: 1,
      }),
      ticket_id: id,
      reopens: 0,
      reply_time_in_minutes: { calendar: random.below(90), business: 1 },
    })
    telling(server, random, id)
  } else if (what < 7) {
    const ticket = any('tickets')
    if (!ticket || ticket['status'] === 'deleted') return
    // A field that appears, and one that is another kind of value now.
    server.put(
      'tickets',
      {
        status: random.of(['pending', 'solved']) ?? 'open',
        ...(random.chance(0.3) && { escalated: random.chance(0.5) }),
        satisfaction_rating: random.chance(0.5) ? null : { score: 'good' },
      },
      ticket.id,
    )
    const metrics = server.metrics.get(ticket.id)
    if (metrics) server.metrics.set(ticket.id, { ...metrics, reopens: random.below(9) })
    telling(server, random, ticket.id)
  } else if (what < 8) {
    const ticket = any('tickets')
    if (ticket) server.put('tickets', { status: 'deleted', subject: 'SCRUBBED' }, ticket.id)
  } else if (what < 10)
    server.put('users', {
      name: `Ms ${random.below(1_000)}`,
      email: `${random.below(1e6)}@example.com`,
      active: true,
      role: 'end-user',
      user_fields: { plan: 'pro' },
      phone: '0048123',
    })
  else if (what < 11) {
    const user = any('users')
    if (user) server.put('users', { active: random.chance(0.5), name: 'Changed' }, user.id)
  } else if (what < 13) {
    const list =
      random.of([
        'organizations',
        'groups',
        'ticket_fields',
        'ticket_forms',
        'organization_memberships',
        'group_memberships',
      ] as const) ?? 'groups'
    server.put(list, { name: `It ${random.below(1_000)}`, default: random.chance(0.5), domain_names: ['example.com'] })
  } else if (what < 14) {
    const list =
      random.of(['organizations', 'groups', 'organization_memberships', 'group_memberships'] as const) ?? 'groups'
    const victim = any(list)
    if (victim) server.remove(list, victim.id)
  } else if (what < 15) {
    const one = any('organizations')
    if (one) server.put('organizations', { notes: random.chance(0.5) ? null : 'seen' }, one.id)
  } else
    server.put(random.of(['satisfaction_ratings', 'skips', 'activities'] as const) ?? 'skips', {
      score: 'good',
      ticket_id: any('tickets')?.id ?? null,
    })
}

function telling(server: ZendeskServer, random: Random, ticketId: number): void {
  const event = server.put('ticket_events', {
    ticket_id: ticketId,
    timestamp: server.now(),
    event_type: 'Audit',
    child_events: [],
  })
  const change = { id: event.id * 1_000, event_type: 'Change', status: 'open' }
  const attachment = { id: event.id * 1_000 + 2, file_name: 'a.png', size: random.below(1_000), thumbnails: [] }
  const comment = {
    id: event.id * 1_000 + 1,
    event_type: 'Comment',
    type: 'Comment',
    body: `It is ${random.below(9)}\n"so"`,
    public: true,
    attachments: random.chance(0.5) ? [attachment] : [],
  }
  server.all.ticket_events.set(event.id, { ...event, child_events: random.chance(0.6) ? [change, comment] : [change] })
}
