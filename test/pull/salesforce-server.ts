import type { Random } from '../warehouse/random.ts'
import { PickMap } from './pick-map.ts'
import { type Answered, type Asked, Tokens, VendorServer } from './vendor-server.ts'

export type SalesforceRecord = Record<string, unknown> & { Id: string; SystemModstamp: string; IsDeleted: boolean }

const VERSION = '/services/data/v66.0/'
const OBJECTS =
  'Account CampaignMember Campaign CaseComment Case Contact Contract Event Group Invoice__c Lead Opportunity OpportunityContactRole OpportunityLineItem OpportunityStage PricebookEntry Pricebook2 Product2 Profile UserRole Task User'.split(
    ' ',
  )
const STANDARD = ['Id', 'IsDeleted', 'SystemModstamp', 'CreatedDate', 'Name']

/**
 * Answers as Salesforce's REST API is documented to: describe, queries in the order that they ask for, held ready in batches
 * until that expires, deleted records by `queryAll` alone, calls of a day counted, sessions that end. Records change while they
 * are read, many in the same second.
 */
export class SalesforceServer extends VendorServer {
  readonly tokens = new Tokens(this.now)
  /** Records by object and id. */
  readonly all = new Map<string, PickMap<string, SalesforceRecord>>()
  /** Fields by object, beside those that all have. */
  readonly fields = new Map<string, Set<string>>()
  /** Objects that whoever has allowed it may not see. */
  readonly hidden = new Set<string>()
  /** Records of a batch at most: a batch may have fewer than was asked for. */
  batch = 2_000
  /** Calls of the API in 24 hours, and how many there may be. */
  used = 0
  most = 1_000_000
  /** Queries that were held ready are not any more. */
  expire: () => boolean = () => false
  /** Where the account is, as its tokens say; default: here. */
  instance: string | undefined
  /** Queries, as they were asked. */
  readonly queries: string[] = []
  #held = new Map<string, { object: string; names: string[]; ids: string[]; at: number }>()
  #ids = 0

  constructor(now: () => number) {
    super(now)
    this.tokens.rotates = false
    for (const name of OBJECTS) this.define(name, [])
  }

  define(object: string, fields: readonly string[]): void {
    this.all.set(object, this.all.get(object) ?? new PickMap())
    this.fields.set(object, new Set([...(this.fields.get(object) ?? []), ...fields]))
  }

  put(
    object: string,
    facts: Record<string, unknown>,
    id = `${object.slice(0, 3)}${String(++this.#ids).padStart(12, '0')}`,
  ): SalesforceRecord {
    this.define(
      object,
      Object.keys(facts).filter((name) => !STANDARD.includes(name)),
    )
    const at = new Date(this.now() * 1_000).toISOString().replace('Z', '+0000')
    const before = this.all.get(object)?.get(id)
    const record = { Id: id, IsDeleted: false, CreatedDate: at, ...before, ...facts, SystemModstamp: at }
    this.all.get(object)?.set(id, record)
    return record
  }

  protected admit({ method, url, headers, body }: Asked): Answered | null {
    if (url.pathname === '/services/oauth2/token' && method === 'POST') {
      const given = this.tokens.give(Object.fromEntries(new URLSearchParams(body)))
      if (typeof given === 'string')
        return { status: 400, body: { error: given, error_description: 'expired access/refresh token' } }
      return {
        status: 200,
        body: { ...given, instance_url: this.instance ?? this.address(), token_type: 'Bearer', issued_at: '1' },
      }
    }
    if (url.pathname === '/services/oauth2/authorize') return this.tokens.consentPage(url)
    if (!this.tokens.holds(headers.authorization))
      return refusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid')
    if (this.used >= this.most) return refusal(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')
    this.used++
    return null
  }

  protected failure(trouble: 'slow down' | 'broken'): Answered {
    return trouble === 'slow down'
      ? refusal(503, 'SERVER_UNAVAILABLE', 'Too many requests at once.')
      : refusal(500, 'UNKNOWN_EXCEPTION', 'An unexpected error occurred.')
  }

  protected answer(asked: Asked): Answered {
    if (asked.url.href.length > 16_384) return { status: 414, body: [] }
    const answer = this.#answer(asked.url, asked)
    return { ...answer, headers: { 'sforce-limit-info': `api-usage=${this.used}/${this.most}` } }
  }

  #answer(url: URL, asked: Asked): Answered {
    if (!url.pathname.startsWith(VERSION)) return refusal(404, 'NOT_FOUND', 'The requested resource does not exist')
    const path = url.pathname.slice(VERSION.length)
    if (path === 'composite/batch') {
      const { batchRequests } = JSON.parse(asked.body) as { batchRequests: { url: string }[] }
      const results = batchRequests.map((one) => {
        const { status, body } = this.#answer(new URL(`/services/data/${one.url}`, url), asked)
        return { statusCode: status, result: body }
      })
      return { status: 200, body: { hasErrors: false, results } }
    }
    if (path === 'sobjects') {
      const sobjects = [...this.all.keys()].map((name) => ({
        name,
        label: name.replace('__c', ''),
        custom: name.endsWith('__c'),
        queryable: true,
        replicateable: true,
        deprecatedAndHidden: false,
      }))
      return { status: 200, body: { sobjects: sobjects.filter(({ name }) => !this.hidden.has(name)) } }
    }
    if (path === 'limits/recordCount') {
      const names = (url.searchParams.get('sObjects') ?? '').split(',').filter((name) => this.all.has(name))
      return { status: 200, body: { sObjects: names.map((name) => ({ name, count: this.all.get(name)?.size })) } }
    }
    const [, described] = /^sobjects\/(\w+)\/describe$/.exec(path) ?? []
    if (described) {
      if (!this.all.has(described) || this.hidden.has(described))
        return refusal(404, 'NOT_FOUND', 'The requested resource does not exist')
      const fields = this.#fieldsOf(described).map((name) => ({
        name,
        type: name === 'Photo' ? 'base64' : name === 'BillingAddress' ? 'address' : 'string',
      }))
      return { status: 200, body: { name: described, queryable: true, fields } }
    }
    const [, locator] = /^query\/(\w+)-\d+$/.exec(path) ?? []
    if (locator) return this.#batch(locator, Number(path.split('-')[1]))
    if (path === 'queryAll') return this.#query(url.searchParams.get('q') ?? '')
    return refusal(404, 'NOT_FOUND', 'The requested resource does not exist')
  }

  #fieldsOf(object: string): string[] {
    return [...STANDARD, 'Photo', 'BillingAddress', ...(this.fields.get(object) ?? [])]
  }

  /** Of the language what is asked for here. */
  #query(text: string): Answered {
    this.queries.push(text)
    const [, list = '', object = '', where = ''] =
      /^SELECT (.+) FROM (\w+)(?: WHERE (.+))? ORDER BY SystemModstamp, Id$/.exec(text) ?? []
    const names = list.split(', ')
    if (!this.all.has(object)) return refusal(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`)
    const known = this.#fieldsOf(object)
    const unknown = names.find((name) => !known.includes(name) || name === 'Photo')
    if (unknown !== undefined)
      return refusal(400, 'INVALID_FIELD', `No such column '${unknown}' on entity '${object}'.`)
    const timeOf = ({ SystemModstamp }: SalesforceRecord) => Date.parse(SystemModstamp.replace('+0000', 'Z'))
    const conditions =
      where === ''
        ? []
        : where
            .replace(/ OR \((\w+ = \S+) AND /, ' OR ($1 & ')
            .split(' AND ')
            .map(conditionOf)
    if (conditions.includes(null)) return refusal(400, 'MALFORMED_QUERY', `unexpected token: ${where}`)
    const ids = [...(this.all.get(object)?.values() ?? [])]
      .filter((record) => conditions.every((condition) => condition?.(timeOf(record), record.Id)))
      .toSorted((a, b) => timeOf(a) - timeOf(b) || (a.Id < b.Id ? -1 : 1))
      .map(({ Id }) => Id)
    const locator = `01g${++this.#ids}`
    this.#held.set(locator, { object, names, ids, at: this.now() })
    return this.#batch(locator, 0)
  }

  /** Which records a query has was settled when it was asked; what they hold is read now. */
  #batch(locator: string, from: number): Answered {
    const held = this.#held.get(locator)
    if (!held || (from > 0 && this.expire())) return refusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator')
    const { object, names, ids } = held
    const some = ids.slice(from, from + this.batch)
    const records = some.flatMap((id) => {
      const record = this.all.get(object)?.get(id)
      const attributes = { type: object, url: `${VERSION}sobjects/${object}/${id}` }
      return record ? [{ attributes, ...Object.fromEntries(names.map((name) => [name, record[name] ?? null])) }] : []
    })
    const done = from + some.length >= ids.length
    if (done) this.#held.delete(locator)
    return {
      status: 200,
      body: {
        totalSize: ids.length,
        done,
        ...(!done && { nextRecordsUrl: `${VERSION}query/${locator}-${from + some.length}` }),
        records,
      },
    }
  }
}

type Condition = (time: number, id: string) => boolean

/** `null`: it is not understood. */
function conditionOf(text: string): Condition | null {
  const [, sign, moment = ''] = /^SystemModstamp (>=|<=) (\S+)$/.exec(text) ?? []
  const limit = Date.parse(moment)
  if (sign === '>=') return (time) => time >= limit
  if (sign === '<=') return (time) => time <= limit
  const [, at = '', same, id = ''] =
    /^\(SystemModstamp > (\S+) OR \(SystemModstamp = (\S+) & Id > '(\w+)'\)\)$/.exec(text) ?? []
  const after = Date.parse(at)
  return same === at && at !== '' ? (time, own) => time > after || (time === after && own > id) : null
}

function refusal(status: number, errorCode: string, message: string): Answered {
  return { status, body: [{ message, errorCode }] }
}

/** Does something to the organisation that people and programs do. */
export function disturbSalesforce(server: SalesforceServer, random: Random): void {
  const object = random.of(['Account', 'Contact', 'Opportunity', 'Case', 'Invoice__c'])
  const one = server.all.get(object)?.any(random)
  const what = random.below(10)
  if (what < 5)
    server.put(object, {
      Name: `Ł ${random.below(1_000)}`,
      AnnualRevenue: random.chance(0.3) ? null : random.below(1e6) / 4,
      CloseDate: '2026-11-30',
      LastLogin: '2026-11-01T10:00:00.000+0000',
      IsWon: random.chance(0.5),
      Phone: `00${random.below(1e6)}`,
    })
  else if (!one) return
  else if (what < 8) {
    const { Id } = one
    // A field that appears.
    server.put(
      object,
      { Name: 'Changed', ...(random.chance(0.2) && { [`Field${random.below(4)}__c`]: random.below(9) }) },
      Id,
    )
  } else {
    const { Id, IsDeleted } = one
    server.put(object, { IsDeleted: !IsDeleted }, Id)
  }
}
