import type { Context as HonoContext } from 'hono'
import { type AccessEnv, type Accounts, bodyText } from '../accounts/index.ts'
import type { CertifierRemote } from '../certify/index.ts'
import type { Context } from '../context.ts'
import type { SweepRemote } from '../inbox/index.ts'
import { isTooDeep } from '../ingest/index.ts'
import type { Connector } from '../connectors/index.ts'
import type { AllowLocal, ConnectorName, SettingsValues } from '../integrations/index.ts'
import type { IntakeRemote } from '../intake/index.ts'
import type { LaneRemote } from '../lane/index.ts'
import type { WorkspaceOverviewRemote } from '../overview/index.ts'
import type { OAuthClient, PullerRemote } from '../pull/index.ts'
import type { ReplayRemote } from '../replay/index.ts'
import type { ShopRemote } from '../shop/index.ts'
import type { StatisticsRemote } from '../statistics/index.ts'
import type { WarehouseRemote } from '../warehouse/index.ts'
import { type Database, type Listed, type Page, placeOfCursor, type SettingsCache } from '../settings/index.ts'
import { LIMITS, parseJson } from '../event/index.ts'
import type { Carriers } from './carrier.ts'
import type { OpenApi } from './open-api.ts'
import { type Refusal, refusal } from '../refusal.ts'

export interface ControlDeps {
  ctx: Context
  db: Database
  accounts: Accounts
  settings: SettingsCache
  archive: R2Bucket
  adminToken: string | undefined
  allowLocal: AllowLocal
  /** Who may bring write keys of their own choice: every workspace, or the first one alone. */
  writeKeysBy: 'anybody' | 'operator'
  /** What a source may send that has no limit of its own, in events a second; 0: anything. */
  sourceEventsPerSecond: number
  intake(source: string): IntakeRemote
  lane(destination: string): LaneRemote
  replay(id: string): ReplayRemote
  statistics(source: string): StatisticsRemote
  warehouse(id: string): WarehouseRemote
  overview(workspace: string): WorkspaceOverviewRemote
  shop(source: string): ShopRemote
  /** What certifies an integration. */
  certifier(integration: string): CertifierRemote
  /** What pulls for a cloud source. */
  puller(source: string): PullerRemote
  /** Of cloud sources, by vendor. */
  oauthClients: Record<string, OAuthClient>
  /** What loads warehouses. */
  connectors: Connectors
  /** Bindings of Hyperdrives that warehouses of a workspace may go through. */
  hyperdrives(workspaceId: string): string[]
  sweep(): SweepRemote
  queue: Queue<string>
  /** What an SDK would send, answered as if it had come from outside. */
  ingest(request: Request): Promise<Response>
  /** What brings events to destinations. */
  carriers: Carriers
  /** The OpenAPI document of this deployment. */
  reference(): Promise<OpenApi>
}

/** By name, as catalogue entries of warehouses have it. */
export type Connectors = Readonly<Record<ConnectorName, Connector<SettingsValues>>>

/** What the routes find in Hono's context: who calls, and the workspace that they may act on. */
export interface ApiEnv {
  Variables: AccessEnv['Variables'] & { workspaceId: string }
}

/** An event may stand in a body, a little deeper than by itself. */
const MOST_LEVELS = LIMITS.eventLevels + 10

/** The request's JSON. Throws `Refusal` 400 when it is none, or nested so deeply that it could not be written again. */
export async function readBody(c: HonoContext): Promise<unknown> {
  const text = await bodyText(c)
  const parsed = parse(text)
  if (isTooDeep(text, MOST_LEVELS)) {
    throw refusal(400, `The body has more than ${MOST_LEVELS} levels.`)
  }
  return parsed
}

function parse(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw refusal(400, 'The body is not JSON.')
  }
}

/** The request's JSON; an empty object when there is no body, or one of blanks: all that it could say has a default. */
export async function readBodyOrNone(c: HonoContext): Promise<unknown> {
  // Not read as text: of a type that is none the runtime would warn.
  const text = new TextDecoder().decode(await c.req.arrayBuffer())
  return text.trim() === '' ? {} : readBody(c)
}

/** A parameter that is `true` or `false`; default: `false`. */
export function flagIn(c: HonoContext, name: string): boolean {
  const text = c.req.query(name) ?? 'false'
  if (text !== 'true' && text !== 'false') throw refusal(400, 'Must be true or false.', name)
  return text === 'true'
}

const DEFAULT_COUNT = 50
const MOST = 200

/** `pagination[count]` (1–`most`, default 50) and `pagination[cursor]`, as an earlier answer gave it. */
export function pageOf(c: HonoContext, most = MOST): Page {
  for (const name of ['count', 'cursor', 'before', 'after', 'page', 'limit', 'offset']) {
    if (c.req.query(name) === undefined) continue
    const message = 'Lists are paged by pagination[count] and pagination[cursor].'
    throw refusal(400, message, name)
  }
  const count = Number(c.req.query('pagination[count]') ?? DEFAULT_COUNT)
  if (!Number.isInteger(count) || count < 1 || count > most) {
    throw refusal(400, `A page has 1 to ${most} entries.`, 'pagination.count')
  }
  const cursor = c.req.query('pagination[cursor]')
  const from = cursor === undefined ? undefined : placeOfCursor(cursor)
  if (cursor !== undefined && !from) throw foreignCursor()
  return { count, from }
}

/** Of a place that cannot be one of the list that is asked for. */
export function foreignCursor(): Refusal {
  const message = 'This cursor is not one of ours. Begin without one, and go on with those that the answers give.'
  return refusal(400, message, 'pagination.cursor')
}

/** The Public API's, of a page. */
export function pagination({ current, next, previous, total }: Omit<Listed<unknown>, 'lines' | 'earlier'>) {
  return {
    current,
    ...(next !== undefined && { next }),
    ...(previous !== undefined && { previous }),
    totalEntries: total,
  }
}
