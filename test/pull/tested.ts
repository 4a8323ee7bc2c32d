import type { SettingsValues } from '../../src/integrations/index.ts'
import type { Random } from '../warehouse/random.ts'
import { disturbSalesforce, SalesforceServer } from './salesforce-server.ts'
import { disturbStripe, type StripeObject, StripeServer } from './stripe-server.ts'
import type { VendorServer } from './vendor-server.ts'
import { disturbZendesk, ZendeskServer } from './zendesk-server.ts'

type Row = Record<string, unknown>
export type Rows = Map<string, Map<string, Row>>

/** A vendor as the tests of all of them take it. */
export interface Tested<S extends VendorServer> {
  id: string
  open(now: () => number): S
  settings(server: S, address: string): SettingsValues
  /** Collections beside the usual ones. */
  added?: string[]
  /** Of its calls so many fail. */
  fails: number
  /** With so many objects its pages are as large as the vendor's own. */
  grow?(server: S): void
  /** Does something to the account that people and programs do. */
  disturb(server: S, random: Random): void
  /** Objects that it holds. */
  size(server: S): number
  /** What the tables have to be. */
  rows(server: S): Rows
  /** Rows that stay though the vendor has them no more, and does not say so. */
  stays?(server: S, table: string, row: Row): boolean
  /** What goes wrong in this vendor's own ways. */
  spoil?(server: S, random: Random): void
}

/** Before a name that SQL has there is an underscore. */
const SQL_WORDS = new Set(['default', 'timestamp'])

/** Puts objects into rows: keys joined by `_`, moments as ISO texts. */
class RowMap {
  readonly rows: Rows = new Map()
  readonly #isSeconds: (name: string, above: string) => boolean

  constructor(isSeconds: (name: string, above: string) => boolean = () => false) {
    this.#isSeconds = isSeconds
  }

  put(table: string, id: unknown, object: Row, isDeleted = false): void {
    const there = this.rows.get(table) ?? new Map<string, Row>()
    this.rows.set(table, there.set(String(id), { ...this.#flat(object), id: String(id), is_deleted: isDeleted }))
  }

  #flat(value: Row, above = '', row: Row = {}): Row {
    for (const [key, one] of Object.entries(value)) {
      const word = above ? `${above}_${snake(key)}` : snake(key)
      const name = SQL_WORDS.has(word) ? `_${word}` : word
      if (one === null || one === undefined) continue
      if (Array.isArray(one)) row[name] = JSON.stringify(one)
      else if (typeof one === 'object') this.#flat(one as Row, name, row)
      else if (this.#isSeconds(key, above)) row[name] = new Date((one as number) * 1_000).toISOString()
      else row[name] = typeof one === 'string' ? momentOf(one) : one
    }
    return row
  }
}

/** `AnnualRevenue` → `annual_revenue`, `Invoice__c` → `invoice_c`. */
function snake(key: string): string {
  return key
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/_+/g, '_')
    .toLowerCase()
}

/** Days are moments too. */
function momentOf(text: string): string {
  const isMoment = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:?00))?$/.test(text)
  return isMoment ? new Date(text.replace('+0000', 'Z')).toISOString() : text
}

const HOLDS: Record<string, [field: string, table: string, key: string]> = {
  customer: ['sources', 'cards', 'customer'],
  subscription: ['items', 'subscription_items', 'subscription'],
  invoice: ['lines', 'invoice_lines', 'invoice'],
}
const STRIPE_TABLES: Record<string, string> = {
  charge: 'charges',
  customer: 'customers',
  subscription: 'subscriptions',
  invoice: 'invoices',
  balance_transaction: 'balance_transactions',
  price: 'prices',
}

const stripe: Tested<StripeServer> = {
  id: 'stripe',
  open: (now) => new StripeServer(now),
  settings: ({ key }, address) => ({ apiKey: key, address }),
  fails: 0.2,
  disturb: disturbStripe,
  size: ({ all }) => all.size,
  rows: ({ all }) => {
    const map = new RowMap(
      (name, above) => ['created', 'period_end', 'available_on'].includes(name) && !above.startsWith('metadata'),
    )
    for (const object of all.values()) {
      const [field = '', table = '', key = ''] = HOLDS[object.object] ?? []
      const { [field]: held, ...own } = object
      map.put(STRIPE_TABLES[object.object] ?? '', object.id, own)
      for (const one of (held ?? []) as StripeObject[]) map.put(table, one.id, { ...one, [key]: object.id })
    }
    return map.rows
  },
}

/** Of a connection by OAuth's client credentials. */
function credentialsOf({ tokens: { client } }: ZendeskServer | SalesforceServer, address: string) {
  return { address, grant: 'client_credentials', clientId: client.id, clientSecret: client.secret }
}

const zendesk: Tested<ZendeskServer> = {
  id: 'zendesk',
  open: (now) => {
    const server = new ZendeskServer(now)
    server.exportPage = 20
    return server
  },
  settings: (server, address) => credentialsOf(server, address),
  fails: 0.2,
  disturb: disturbZendesk,
  size: ({ all }) => Object.values(all).reduce((sum, { size }) => sum + size, 0),
  rows: ({ all, metrics, changed }) => {
    const map = new RowMap()
    for (const { fields: _fields, custom_fields: custom, ...ticket } of all.tickets.values()) {
      const byId = Object.fromEntries((custom as { id: number; value: unknown }[]).map(({ id, value }) => [id, value]))
      const stamp = changed.get(`tickets ${ticket.id}`)
      const isDeleted = ticket['status'] === 'deleted'
      map.put('tickets', ticket.id, { ...ticket, custom_fields: byId, generated_timestamp: stamp }, isDeleted)
      const own = metrics.get(ticket.id)
      if (own && !isDeleted) map.put('ticket_metrics', own.id, own)
    }
    for (const user of all.users.values()) map.put('users', user.id, user, user['active'] === false)
    for (const event of all.ticket_events.values()) {
      const children = event['child_events'] as (Row & { id: number; attachments?: (Row & { id: number })[] })[]
      const said = children.filter((child) => child['event_type'] === 'Comment')
      const left = children.map((child) => (said.includes(child) ? { id: child.id, event_type: 'Comment' } : child))
      map.put('ticket_events', event.id, { ...event, child_events: left })
      for (const { attachments = [], ...comment } of said) {
        map.put('ticket_comments', comment.id, { ...comment, ticket_id: event['ticket_id'], event_id: event.id })
        const where = { ticket_id: event['ticket_id'], comment_id: comment.id }
        for (const one of attachments) map.put('attachments', one.id, { ...one, ...where })
      }
    }
    const { tickets: _tickets, users: _users, ticket_events: _events, skips, ...others } = all
    for (const [table, list] of Object.entries({ ...others, ticket_skips: skips }))
      for (const one of list.values()) map.put(table, one.id, one)
    return map.rows
  },
  // Of a deleted ticket the metrics are not told any more.
  stays: ({ all }, table, row) =>
    table === 'ticket_metrics' && all.tickets.get(Number(row['ticket_id']))?.['status'] === 'deleted',
  grow: (server) => void (server.exportPage = 500),
  spoil: (server, random) => {
    if (random.chance(0.05)) server.tokens.end()
    if (random.chance(0.05)) server.losePlaces()
  },
}

const salesforce: Tested<SalesforceServer> = {
  id: 'salesforce',
  open: (now) => {
    const server = new SalesforceServer(now)
    server.batch = 7
    return server
  },
  settings: (server, address) => ({ ...credentialsOf(server, address), share: 100 }),
  added: ['Invoice__c'],
  fails: 0.2,
  disturb: disturbSalesforce,
  size: ({ all }) => [...all.values()].reduce((sum, { size }) => sum + size, 0),
  rows: ({ all }) => {
    const map = new RowMap()
    const tables: Record<string, string> = {
      Account: 'accounts',
      Contact: 'contacts',
      Opportunity: 'opportunities',
      Case: 'cases',
      Invoice__c: 'invoice_c',
    }
    for (const [object, records] of all)
      for (const { Id: id, IsDeleted: isDeleted, ...record } of records.values())
        map.put(tables[object] ?? object, id, record, isDeleted)
    return map.rows
  },
  spoil: (server, random) => {
    if (random.chance(0.05)) server.tokens.end()
    server.expire = () => random.chance(0.2)
    server.batch = 3 + random.below(9)
  },
}

export const TESTED = { stripe, zendesk, salesforce }
