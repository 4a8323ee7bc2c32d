import { isObject, type JsonObject } from '../../event/index.ts'
import { retryAfterMs, type VendorApi } from '../api.ts'
import { OAUTH_FIELDS } from '../oauth.ts'
import { PullError, type PulledObject, type PulledPage, type PullPlace, type Vendor } from '../protocol.ts'

/** Shapes of answers are those of this version. */
export const SALESFORCE_VERSION = 'v66.0'

const HOUR_MS = 3_600_000
/** While the share of the day's calls is used up it is asked so often, with one page, whether that is still so. */
const SHARE_WAIT_MS = HOUR_MS / 4
/** Characters of an address: of a longer one Salesforce takes the query in a body. */
const LONGEST_PATH = 12_000
const DEFAULT_SHARE = 50

/** Objects by what their tables are called. */
const USUAL: Record<string, string> = {
  _group: 'Group',
  accounts: 'Account',
  campaign_members: 'CampaignMember',
  campaigns: 'Campaign',
  case_comments: 'CaseComment',
  cases: 'Case',
  contacts: 'Contact',
  contracts: 'Contract',
  events: 'Event',
  leads: 'Lead',
  opportunities: 'Opportunity',
  opportunity_contact_role: 'OpportunityContactRole',
  opportunity_product: 'OpportunityLineItem',
  opportunity_stage: 'OpportunityStage',
  price_book_entries: 'PricebookEntry',
  price_books: 'Pricebook2',
  products: 'Product2',
  profile: 'Profile',
  role: 'UserRole',
  tasks: 'Task',
  users: 'User',
}

/** The same of objects that not every account has, or wants: they are chosen. All others are called as Salesforce calls them. */
const CHOSEN: Record<string, string> = {
  account_contact_roles: 'AccountContactRole',
  account_tags: 'AccountTag',
  campaign_shares: 'CampaignShare',
  campaign_tags: 'CampaignTag',
  case_contact_role: 'CaseContactRole',
  case_solution: 'CaseSolution',
  case_tags: 'CaseTag',
  contact_tags: 'ContactTag',
  contract_tags: 'ContractTag',
  dashboard_tags: 'DashboardTag',
  dashboards: 'Dashboard',
  document_tags: 'DocumentTag',
  documents: 'Document',
  event_tags: 'EventTag',
  lead_tags: 'LeadTag',
  note_tags: 'NoteTag',
  notes: 'Note',
  opportunity_competitor: 'OpportunityCompetitor',
  opportunity_field_history: 'OpportunityFieldHistory',
  opportunity_line_item_schedules: 'OpportunityLineItemSchedule',
  opportunity_tag: 'OpportunityTag',
  period: 'Period',
  solution_tags: 'SolutionTag',
  solutions: 'Solution',
  task_tags: 'TaskTag',
  user_login: 'UserLogin',
}

/** What says when a record changed, the best first. */
const STAMPS = ['SystemModstamp', 'LastModifiedDate', 'CreatedDate']
/** Types of fields that no query of many records reads, or whose parts are fields too. */
const UNREAD_TYPES = new Set(['address', 'location', 'base64', 'complexvalue'])

/**
 * Salesforce, by OAuth. Of each object the records that were changed since a time, deleted ones too, in the order of their
 * change: a run that is cut off goes on after the last one. Its fields are those that the object has now.
 */
export const salesforce: Vendor = {
  id: 'salesforce',
  name: 'Salesforce',
  collections: Object.keys(USUAL).toSorted(),
  choices,
  fields: [
    {
      name: 'address',
      label: 'Address',
      type: 'string',
      format: 'url',
      required: true,
      hosts: ['*.my.salesforce.com'],
      description: 'Of your organisation (My Domain), such as https://acme.my.salesforce.com, or of a sandbox.',
    },
    ...OAUTH_FIELDS,
    {
      name: 'share',
      label: 'Share of API calls',
      type: 'number',
      required: true,
      default: DEFAULT_SHARE,
      description:
        'Percent of the API calls that the organisation has in 24 hours. When so many are used, by whomever, nothing is pulled until it is less.',
    },
  ],
  account: ['address'],
  oauth: {
    authorize: '/services/oauth2/authorize',
    token: '/services/oauth2/token',
    scope: 'api refresh_token',
    body: 'form',
    // It does not say; a session that has ended is told by the next answer.
    holdsMs: 12 * HOUR_MS,
  },
  hosts: ['*.my.salesforce.com'],
  perSecond: 5,
  changesMs: Infinity,
  base: ({ address }, moved) => `${new URL(moved ?? String(address)).origin}/services/data/${SALESFORCE_VERSION}/`,
  headers: () => ({ 'sforce-query-options': 'batchSize=2000' }),
  fault,
  heed,
  wholePasses: (wanted) => [...wanted],
  changePasses: (wanted) => [...wanted],
  sizes: async (passes, api) => {
    const names = passes.map(objectOf)
    const { sObjects: all } = await api.get(`limits/recordCount?sObjects=${names.map(encodeURIComponent).join(',')}`)
    const counts = Array.isArray(all) ? all.filter(isObject) : []
    return Object.fromEntries(
      counts.flatMap(({ name, count }) => {
        const pass = passes.find((each) => objectOf(each) === name)
        return pass !== undefined && typeof count === 'number' ? [[pass, count]] : []
      }),
    )
  },
  page,
  look: async (pass, api) => void (await described(objectOf(pass), api)),
}

function objectOf(collection: string): string {
  return USUAL[collection] ?? CHOSEN[collection] ?? collection
}

async function choices(api: VendorApi) {
  const { sobjects } = await api.get('sobjects')
  const usual = new Set(Object.values(USUAL))
  const names = new Map(Object.entries(CHOSEN).map(([name, object]) => [object, name]))
  return (Array.isArray(sobjects) ? sobjects.filter(isObject) : [])
    .filter(({ name, queryable, replicateable, deprecatedAndHidden }) => {
      const isShown = queryable === true && replicateable === true && deprecatedAndHidden !== true
      return isShown && typeof name === 'string' && !usual.has(name)
    })
    .toSorted((a, b) => Number(b.custom === true) - Number(a.custom === true))
    .map(({ name, label }) => ({ name: names.get(String(name)) ?? String(name), label: String(label) }))
}

function fault(status: number, body: unknown, headers: Headers): PullError {
  const [first] = Array.isArray(body) ? body.filter(isObject) : []
  const code = typeof first?.errorCode === 'string' ? first.errorCode : ''
  const said = [code, first?.message]
    .filter((text) => typeof text === 'string' && text !== '')
    .join(': ')
    .slice(0, 300)
  const words = said || `Salesforce answers ${status}.`
  if (code === 'REQUEST_LIMIT_EXCEEDED')
    return new PullError(
      'limit_exceeded',
      'All API calls that the organisation has in 24 hours are used.',
      'wait',
      HOUR_MS,
    )
  if (status === 401) return new PullError('key_refused', `Salesforce does not take the access: ${words}`, 'person')
  if (code === 'API_DISABLED_FOR_ORG' || code === 'API_CURRENTLY_DISABLED')
    return new PullError('api_disabled', `The API is not enabled there: ${words}`, 'person')
  if (status === 403) return new PullError('no_permission', `This may not be read: ${words}`, 'pass')
  if (status === 404)
    return new PullError(
      'missing',
      `The organisation does not have this object, or does not show it: ${words}`,
      'missing',
    )
  if (status >= 500 || status === 429 || code === 'QUERY_TIMEOUT' || code === 'UNABLE_TO_LOCK_ROW')
    return new PullError(code.toLowerCase() || `http_${status}`, words, 'again', retryAfterMs(headers))
  return new PullError(code.toLowerCase() || `http_${status}`, words, 'pass')
}

/** `Sforce-Limit-Info: api-usage=18/5000`: calls of the last 24 hours, of all programs. */
function heed(headers: Headers, { share }: Record<string, unknown>): PullError | undefined {
  const [, used, of] = /api-usage=(\d+)\/(\d+)/.exec(headers.get('sforce-limit-info') ?? '') ?? []
  const percent = (100 * Number(used)) / Number(of)
  const most = Number(share ?? DEFAULT_SHARE)
  if (!(percent >= most)) return undefined
  return new PullError(
    'share_used',
    `${used} of the ${of} API calls of 24 hours are used; it pulls while that is less than ${most} %.`,
    'wait',
    SHARE_WAIT_MS,
  )
}

/**
 * Where the records of an object go on: in what Salesforce holds ready, for a time, and otherwise after which record. That is
 * never one that was changed since the run began: it has gone to the end of their order, and others would be passed over.
 */
interface RecordCursor {
  next: string
  after: { at: string; id: string } | null
}

/** What a query asks for. */
interface Range {
  since: number | null
  after?: RecordCursor['after']
  until?: number
}

async function page(pass: string, { cursor, since, until }: PullPlace, api: VendorApi): Promise<PulledPage> {
  const object = objectOf(pass)
  const at = cursor === null ? null : (JSON.parse(cursor) as RecordCursor)
  const fields = await described(object, api)
  const answer =
    at === null
      ? await queried(object, fields, { since }, api)
      : ((await heldReady(at.next, api)) ?? (await queried(object, fields, { since, after: at.after, until }, api)))
  const records = (Array.isArray(answer.records) ? answer.records : []).filter(isObject)
  const objects = records.flatMap((record) => pulled(pass, record))
  const { done, nextRecordsUrl: next } = answer
  if (done === true || typeof next !== 'string') return { objects, next: null }
  const last = records.findLast((record) => Date.parse(isoOf(String(record[fields.stamp]))) <= until)
  const after = last ? { at: isoOf(String(last[fields.stamp])), id: String(last.Id) } : (at?.after ?? null)
  return { objects, next: JSON.stringify({ next, after } satisfies RecordCursor) }
}

/** `undefined`: it is not held ready any more. */
async function heldReady(next: string, api: VendorApi): Promise<JsonObject | undefined> {
  try {
    return await api.get(next)
  } catch (error) {
    if (error instanceof PullError && error.code === 'invalid_query_locator') return undefined
    throw error
  }
}

async function queried(object: string, fields: Fields, range: Range, api: VendorApi): Promise<JsonObject> {
  try {
    return await query(soql(object, fields, range), api)
  } catch (error) {
    if (!(error instanceof PullError) || error.code !== 'invalid_field') throw error
    // A field was removed since its object was described.
    api.forget()
    return query(soql(object, await described(object, api), range), api)
  }
}

/** Records of one moment have an order too, so that what goes on after one of them misses and repeats none. */
function soql(object: string, { names, stamp }: Fields, { since, after, until }: Range): string {
  const moment = (ms: number) => new Date(ms).toISOString()
  const conditions = [
    ...(after
      ? [`(${stamp} > ${after.at} OR (${stamp} = ${after.at} AND Id > '${after.id.replaceAll(/[^A-Za-z0-9]/g, '')}'))`]
      : since !== null
        ? [`${stamp} >= ${moment(since)}`]
        : []),
    ...(until === undefined ? [] : [`${stamp} <= ${moment(until)}`]),
  ]
  const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : ''
  return `SELECT ${names.join(', ')} FROM ${object}${where} ORDER BY ${stamp}, Id`
}

/** `queryAll`: with records that lie in the bin. */
async function query(text: string, api: VendorApi): Promise<JsonObject> {
  const path = `queryAll?q=${encodeURIComponent(text)}`
  if (path.length <= LONGEST_PATH) return api.get(path)
  const url = `${SALESFORCE_VERSION}/${path}`
  const { results } = await api.post('composite/batch', { batchRequests: [{ method: 'GET', url }] })
  const [one] = Array.isArray(results) ? results.filter(isObject) : []
  if (!one) throw new PullError('not_understood', 'Salesforce answers nothing to a query.', 'again')
  if (Number(one.statusCode) >= 300) throw fault(Number(one.statusCode), one.result, new Headers())
  return isObject(one.result) ? one.result : {}
}

/** What an object is read by. */
interface Fields {
  names: string[]
  stamp: string
}

/** Asked once a run: fields appear and go. */
async function described(object: string, api: VendorApi): Promise<Fields> {
  return api.once(object, async () => {
    const { queryable, fields } = await api.get(`sobjects/${encodeURIComponent(object)}/describe`)
    if (queryable !== true) throw new PullError('not_queryable', `${object} cannot be queried.`, 'pass')
    const names = (Array.isArray(fields) ? fields.filter(isObject) : [])
      .filter(({ name, type }) => typeof name === 'string' && !UNREAD_TYPES.has(String(type)))
      .map(({ name }) => String(name))
    const stamp = STAMPS.find((name) => names.includes(name))
    if (!stamp) throw new PullError('no_stamp', `${object} does not say when its records were changed.`, 'pass')
    return { names, stamp }
  })
}

function pulled(collection: string, record: JsonObject): PulledObject[] {
  const { Id: id, IsDeleted: isDeleted, attributes: _attributes, ...own } = record
  if (typeof id !== 'string') return []
  const properties = Object.fromEntries(
    Object.entries(own).map(([name, value]) => [name, typeof value === 'string' ? isoOf(value) : value]),
  )
  return [{ collection, id, properties, ...(isDeleted === true && { isDeleted }) }]
}

/** `2011-07-07T00:37:00.000+0000` as others write it; everything else as it is. */
function isoOf(text: string): string {
  return text.replace(/^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+0000$/, '$1Z')
}
