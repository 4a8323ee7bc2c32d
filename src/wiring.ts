import { Hono } from 'hono'
import { getPathNoStrict } from 'hono/utils/url'
import { openAccounts, sendMail, type SubjectReaders, tidy } from './accounts/index.ts'
import { api } from './api.ts'
import type { CertifierDeps, CertifierRemote } from './certify/index.ts'
import type { Carriers } from './control/carrier.ts'
import type { Connectors, ControlDeps } from './control/request.ts'
import { sentenceOfMissing } from './control/not-served.ts'
import { watchAll } from './control/recovery/index.ts'
import { referenceOf } from './control/reference/index.ts'
import type { Context } from './context.ts'
import { bothLoopbacks, deliverer } from './deliver/index.ts'
import { device, readPrefix, withoutPrefix } from './device/index.ts'
import type { Env } from './env.ts'
import { FEATURES } from './features.ts'
import { parkGivenUp, type SweepRemote } from './inbox/index.ts'
import type { JsonObject } from './event/index.ts'
import { Budgets, door, groupCommits, ingest, type IngestDeps, trackOwn, Underway } from './ingest/index.ts'
import type { IntakeRemote, TellSourceHealth } from './intake/index.ts'
import { publishTraffic } from './control/sources/index.ts'
import type { LaneRemote, TellHealth } from './lane/index.ts'
import {
  AlertWatch,
  endAlert,
  raiseAlert,
  readPanelUrl,
  tellAlerts,
  type RuleName,
  type TellDeps,
  tidyAlerts,
} from './control/alerts/index.ts'
import { publishCertification } from './control/certification/index.ts'
import { publishHealth } from './control/destinations/index.ts'
import { findReplayNames, publishReplay } from './control/replays/index.ts'
import { tidyApplications } from './control/partners/index.ts'
import { tidyStreamRequests } from './control/stream-requests/index.ts'
import { tidyLifecycles } from './control/lifecycle/index.ts'
import { tidyRedelivery } from './control/redelivery/index.ts'
import { endQuietAlarms, foldDeliveries, judgeQuality, PartnerWatch } from './control/quality/index.ts'
import { watchRollouts } from './control/versions/index.ts'
import { membersOf } from './control/delivery-overview/index.ts'
import { publishUsage } from './control/usage/index.ts'
import { findCloudSourceName, loadPullTerms, publishPull } from './control/cloud-sources/index.ts'
import { connectorsOf, findWarehouseName, loadWarehouseTerms, publishWarehouse } from './control/warehouses/index.ts'
import type { AllowLocal } from './integrations/index.ts'
import type { OverviewDeps, WorkspaceOverviewRemote } from './overview/index.ts'
import { hyperdriveNames } from './connectors/index.ts'
import { type PullerDeps, type PullerRemote, readOAuthClients } from './pull/index.ts'
import type { ReplayDeps, ReplayOrder, ReplayRemote, ReplayReport } from './replay/index.ts'
import { route, type RouteDeps } from './route/index.ts'
import type { SendBatch, ShopRemote } from './shop/index.ts'
import type { StatisticsDeps, StatisticsRemote } from './statistics/index.ts'
import type { PanelEnv } from './ui/context.ts'
import type { WarehouseDeps, WarehouseRemote } from './warehouse/index.ts'
import {
  type Database,
  FIRST_WORKSPACE,
  loadReplayTarget,
  openDatabase,
  readQuotas,
  SettingsCache,
  sourceExists,
  trimChanges,
} from './settings/index.ts'

/** The rooms of one isolate, joined to its bindings. */
export interface Platform {
  /** `routes`: of the router, which answers what no door before it has. */
  http: Pick<Hono, 'fetch' | 'routes'>
  route(messages: readonly Message<unknown>[]): Promise<void>
  /** Takes events that the platform itself brings for a source. */
  track(source: string, calls: readonly JsonObject[]): Promise<void>
  deliver: ReturnType<typeof deliverer>
  /** Answers the dead-letter queue of `events`. */
  parkGivenUp(messages: readonly Message<unknown>[]): Promise<void>
  /** The hourly look at everything that may be owed, and the removal of what has ended. */
  watch(): Promise<void>
  /** Every few minutes: whether versions of integrations that are rolled out go on, or are halted. */
  watchRollouts(): Promise<void>
}

/**
 * `pages` is the panel. It comes from outside, because what measures the platform runs where there is no JSX. `connectors`:
 * where warehouses are simulated.
 */
export function platform(
  env: Env,
  ctx: Context,
  pages?: (deps: ControlDeps) => Hono<PanelEnv>,
  connectors: Connectors = connectorsOf(ctx, allowLocalOf(env), env),
): Platform {
  const { quotas, fault: quotasFault } = readQuotas(env.QUOTAS)
  const { clients: oauthClients, fault: oauthFault } = readOAuthClients(env.OAUTH_CLIENTS)
  if (oauthFault) ctx.log('error', oauthFault)
  if (quotasFault) ctx.log('error', quotasFault)
  const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx, quotas)
  const settings = new SettingsCache(db)
  const allowLocal = allowLocalOf(env)
  const accounts = openAccounts({
    ctx,
    db,
    adminToken: env.ADMIN_TOKEN,
    openSignUp: env.OPEN_SIGN_UP === '1',
    mailWebhook: env.MAIL_WEBHOOK,
    unread: FEATURES.find(({ unread }) => unread)?.unread,
    subjects: Object.assign({}, ...FEATURES.map(({ subjects }) => subjects)) as SubjectReaders,
  })
  const shared = {
    ctx: allowLocal ? bothLoopbacks(ctx) : ctx,
    accounts,
    db,
    settings,
    archive: env.ARCHIVE,
    sharesArchive: env.ARCHIVE_SHARED !== '0',
    allowLocal,
    writeKeysBy: env.WRITE_KEYS_BY === 'operator' ? ('operator' as const) : ('anybody' as const),
    sourceEventsPerSecond: Number(env.SOURCE_EVENTS_PER_SECOND ?? 1_000),
    adminToken: env.ADMIN_TOKEN,
    intake: (source: string) => intakeOf(env, source),
    lane: (destination: string) => laneOf(env, destination),
    replay: (id: string) => replayOf(env, id),
    statistics: (source: string) => statisticsOf(env, source),
    warehouse: (id: string) => warehouseOf(env, id),
    overview: (workspace: string) => overviewOf(env, workspace),
    shop: (source: string) => shopOf(env, source),
    certifier: (integration: string) => certifierOf(env, integration),
    puller: (source: string) => pullerOf(env, source),
    oauthClients,
    connectors,
    // They are databases of whoever has deployed this.
    hyperdrives: (workspaceId: string) => (workspaceId === FIRST_WORKSPACE ? hyperdriveNames(env) : []),
    sweep: () => sweepOf(env),
    queue: env.EVENTS,
    carriers: Object.assign({}, ...FEATURES.map(({ carriers }) => carriers)) as Carriers,
    ingest: async (request: Request) => http.fetch(request),
    reference: referenceOf(FEATURES, () => http.routes),
  } satisfies RouteDeps & Record<string, unknown>
  const { fault: panelUrlFault } = readPanelUrl(env.PANEL_URL)
  if (panelUrlFault) ctx.log('error', panelUrlFault)

  const { prefix: pathPrefix, fault: prefixFault } = readPrefix(env.PATH_PREFIX)
  if (prefixFault) ctx.log('error', prefixFault)
  // Every room's paths are those without the prefix.
  const http = new Hono({ getPath: (request) => withoutPrefix(getPathNoStrict(request), pathPrefix) })
  http.route('/', device({ ...shared, pathPrefix, assets: env.ASSETS }))
  const ingesting: IngestDeps = {
    ...shared,
    alwaysInbox: env.ACCEPT === 'inbox',
    budgets: new Budgets({ ...shared, eventsPerSecond: shared.sourceEventsPerSecond }),
    underway: new Underway(shared),
    groups: groupCommits(shared),
    ignoreUnknownKeys: env.UNKNOWN_WRITE_KEY === 'ignore',
    isOthers: (method, path) => sentenceOfMissing(method, path) !== undefined,
  }
  http.route('/', ingest(ingesting))
  const events = door(ingesting, pathPrefix)
  http.route(
    '/',
    api({
      ...shared,
      prefixFault,
      panelUrlFault,
      quotasFault,
      oauthFault,
      bindings: {
        DB: env.DB,
        ARCHIVE: env.ARCHIVE,
        EVENTS: env.EVENTS,
        EVENTS_DLQ: env.EVENTS_DLQ,
        DELIVERIES: env.DELIVERIES,
        INTAKE: env.INTAKE,
        LANE: env.LANE,
        REPLAY: env.REPLAY,
        STATISTICS: env.STATISTICS,
        WAREHOUSE: env.WAREHOUSE,
        OVERVIEW: env.OVERVIEW,
        SHOP: env.SHOP,
        PULLER: env.PULLER,
        CERTIFIER: env.CERTIFIER,
        SWEEP: env.SWEEP,
        ASSETS: env.ASSETS,
      },
    }),
  )
  if (pages) http.route('/', pages(shared))
  const { panelUrl } = readPanelUrl(env.PANEL_URL)
  return {
    http: {
      routes: http.routes,
      fetch: (request, ...more) => events(request) ?? http.fetch(request, ...more),
    },
    route: (messages) => route(messages, shared),
    track: (source, calls) => trackOwn(source, calls, ingesting),
    deliver: deliverer(shared),
    parkGivenUp: (messages) => parkGivenUp(messages, { ...shared, onParked: () => raiseParked(env, ctx) }),
    watch: async () =>
      void (await Promise.all([
        watchAll(shared),
        tidy(accounts),
        trimChanges(db),
        tidyAlerts(db),
        tidyApplications(shared),
        tidyRedelivery(shared),
        tidyStreamRequests(shared),
        tendIntegrations(shared, panelUrl),
        endQuietAlarms(tellDepsOf(env, ctx, db)),
        watchRollouts(shared, panelUrl),
        tellAlerts(tellDepsOf(env, ctx, db)),
      ])),
    watchRollouts: () => watchRollouts(shared, panelUrl),
  }
}

/** What becomes of partners' integrations goes by what their lanes say, so these are asked first. */
async function tendIntegrations(deps: ControlDeps, panelUrl: string | undefined): Promise<void> {
  await foldDeliveries(deps)
  await tidyLifecycles(deps, panelUrl)
  await judgeQuality(deps, panelUrl)
}

/** The lane of a destination, as the class in `objects.ts` has it. */
export function laneOf(env: Env, destination: string): LaneRemote {
  return env.LANE.getByName(destination)
}

export function replayOf(env: Env, id: string): ReplayRemote {
  return env.REPLAY.getByName(id)
}

/** Opened when it is first asked: an object that only answers needs none. */
function databaseOf(env: Env, ctx: Context): () => Database {
  let opened: Database | undefined
  return () => (opened ??= openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx))
}

/** What a replay needs of the others. */
export function replayDeps(env: Env, ctx: Context): ReplayDeps {
  const db = databaseOf(env, ctx)
  return {
    ctx,
    archive: env.ARCHIVE,
    intake: (source) => intakeOf(env, source),
    lane: (name) => laneOf(env, name),
    sourceExists: (id) => sourceExists(db(), id),
    target: (destination) => loadReplayTarget(db(), destination),
    publish: async (report) => {
      const { order, state, failure } = report
      if (state === 'failed') await raiseFailure(env, ctx, db(), order, failure)
      return publishReplay(db(), report)
    },
  }
}

/** A replay fails once, and is told of once. */
async function raiseFailure(
  env: Env,
  ctx: Context,
  db: Database,
  { id }: ReplayOrder,
  why: ReplayReport['failure'],
): Promise<void> {
  const where = await findReplayNames(db, id)
  if (!where) return
  const alert = {
    rule: 'replay_failed' as const,
    subjectId: id,
    subjectName: where.destinationName ?? 'a deleted destination',
  }
  await raiseAlert(tellDepsOf(env, ctx, db), { ...alert, workspaceId: where.workspaceId, facts: { why } }, true)
}

/** What telling others of alerts needs. */
export function tellDepsOf(env: Env, ctx: Context, db: Database): TellDeps {
  const allowLocal = allowLocalOf(env)
  const { MAIL_WEBHOOK: mailWebhook } = env
  return {
    ctx: allowLocal ? bothLoopbacks(ctx) : ctx,
    db,
    allowLocal,
    mail: (mail) => sendMail({ mailWebhook, ctx }, mail),
    hasMailer: Boolean(mailWebhook),
    panelUrl: readPanelUrl(env.PANEL_URL).panelUrl,
  }
}

/** What happens when something was parked: of the deployment, so of its first workspace. */
export async function raiseParked(env: Env, ctx: Context): Promise<void> {
  const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx)
  const alert = { workspaceId: FIRST_WORKSPACE, subjectId: 'parked', subjectName: 'Inbox', facts: {} }
  await raiseAlert(tellDepsOf(env, ctx, db), { ...alert, rule: 'parked_message' }, false)
}

function allowLocalOf(env: Env): AllowLocal {
  return env.ALLOW_LOCAL_DESTINATIONS === '1' && (Number(env.LOCAL_PORT) || true)
}

/** Whom a lane tells how it stands. */
export function healthTeller(env: Env, ctx: Context, destination: string): TellHealth {
  let opened: { db: Database; watch: AlertWatch; partner: PartnerWatch } | undefined
  return async (health) => {
    if (!opened) {
      const { db, watch } = openWatch(env, ctx, 'destination', destination)
      opened = { db, watch, partner: new PartnerWatch(destination, tellDepsOf(env, ctx, db)) }
    }
    await publishHealth(opened.db, destination, health)
    const waits = [await opened.watch.lookAtLane(health), await opened.partner.look(health)]
    const again = Math.min(...waits.map((wait) => wait ?? Infinity))
    return again === Infinity ? null : again
  }
}

function openWatch(env: Env, ctx: Context, kind: 'destination' | 'source', id: string) {
  const db = openDatabase(env.DB, env.ENCRYPTION_KEYS, ctx)
  return { db, watch: new AlertWatch(kind, id, tellDepsOf(env, ctx, db)) }
}

/** Whom an intake tells what came. */
export function sourceHealthTeller(env: Env, ctx: Context, source: string): TellSourceHealth {
  let opened: { db: Database; watch: AlertWatch } | undefined
  return async (health) => {
    opened ??= openWatch(env, ctx, 'source', source)
    await publishTraffic(opened.db, source, health)
    return opened.watch.lookAtSource(health)
  }
}

export function statisticsOf(env: Env, source: string): StatisticsRemote {
  return env.STATISTICS.getByName(source)
}

/** What statistics need of the others. */
export function statisticsDeps(env: Env, ctx: Context): StatisticsDeps {
  const db = databaseOf(env, ctx)
  return {
    ctx,
    archive: env.ARCHIVE,
    intake: (source) => intakeOf(env, source),
    sourceExists: (id) => sourceExists(db(), id),
    publish: (source, days) => publishUsage(db(), source, days),
  }
}

export function overviewOf(env: Env, workspace: string): WorkspaceOverviewRemote {
  return env.OVERVIEW.getByName(workspace)
}

/** What the overview of a workspace needs of the others. */
export function overviewDeps(env: Env, ctx: Context, workspace: string): OverviewDeps {
  const db = databaseOf(env, ctx)
  return {
    ctx,
    members: () => membersOf(db(), workspace),
    ways: async ({ id, sourceId }, query) => {
      if (id !== sourceId) return { points: await laneOf(env, id).ways(query), complete: true }
      const { points, progress } = await statisticsOf(env, id).ways(query)
      return { points, complete: progress.caughtUp }
    },
    users: async (source, from) => (await statisticsOf(env, source).users(from)).days,
  }
}

export function warehouseOf(env: Env, id: string): WarehouseRemote {
  return env.WAREHOUSE.getByName(id)
}

/** What the object of a warehouse needs of the others. */
export function warehouseDeps(
  env: Env,
  ctx: Context,
  connectors: Connectors = connectorsOf(ctx, allowLocalOf(env), env),
): WarehouseDeps {
  const db = databaseOf(env, ctx)
  return {
    ctx,
    archive: env.ARCHIVE,
    intake: (source) => intakeOf(env, source),
    terms: (id) => loadWarehouseTerms(db(), id, connectors),
    stopped: (source) => pullerOf(env, source).stopped(),
    publish: async (id, report, told) => {
      await publishWarehouse(db(), id, report)
      return tellOfFailures(tellDepsOf(env, ctx, db()), WAREHOUSE_FAILURES, { ...report, id, told })
    },
  }
}

/** Failures in a row of which others are told, the last first. */
const TOLD_FAILURES = [20, 5]

/** Of what kind of thing failures are told. */
interface FailureKind {
  rule: RuleName
  of: 'warehouses' | 'sources'
  find(db: Database, id: string): Promise<{ workspaceId: string; name: string } | null>
}
const WAREHOUSE_FAILURES: FailureKind = { rule: 'sync_failed', of: 'warehouses', find: findWarehouseName }
const PULL_FAILURES: FailureKind = { rule: 'pull_failed', of: 'sources', find: findCloudSourceName }

/** Tells of a thing that fails, and when that is over; answers of how many failures others were told. */
async function tellOfFailures(
  deps: TellDeps,
  { rule, of, find }: FailureKind,
  {
    id,
    told,
    failures,
    error,
  }: { id: string; told: number; failures: number; error: { code: string; words: string } | null },
): Promise<number> {
  const due = TOLD_FAILURES.find((n) => failures >= n) ?? 0
  if (due === told) return told
  const where = await find(deps.db, id)
  if (!where) return due
  const { workspaceId, name } = where
  if (due === 0) {
    await endAlert(deps, id, rule)
    await tellAlerts(deps, workspaceId)
    return 0
  }
  const facts = { failures, code: error?.code ?? null, words: error?.words ?? null }
  await raiseAlert(deps, { rule, of, workspaceId, subjectId: id, subjectName: name, facts }, 'again')
  return due
}

function shopOf(env: Env, source: string): ShopRemote {
  return env.SHOP.getByName(source)
}

/** How a shop sends what an SDK would: through the platform's own door. Opened when it first sends. */
export function shopSender(env: Env, ctx: Context): SendBatch {
  let http: Platform['http'] | undefined
  return async (body) => {
    http ??= platform(env, ctx).http
    const headers = { 'content-type': 'application/json' }
    const request = new Request('https://shop.sluice.localhost/v1/batch', { method: 'POST', headers, body })
    const reply = await http.fetch(request)
    await reply.body?.cancel()
    return reply.status
  }
}

export function pullerOf(env: Env, source: string): PullerRemote {
  return env.PULLER.getByName(source)
}

/** What the object of a cloud source needs of the others. */
export function pullerDeps(env: Env, ctx: Context): PullerDeps {
  const db = databaseOf(env, ctx)
  // Opened when there is something to send.
  let track: Platform['track'] | undefined
  const { clients: oauthClients } = readOAuthClients(env.OAUTH_CLIENTS)
  return {
    ctx: allowLocalOf(env) ? bothLoopbacks(ctx) : ctx,
    archive: env.ARCHIVE,
    intake: (log) => intakeOf(env, log),
    track: (source, calls) => (track ??= platform(env, ctx).track)(source, calls),
    secrets: () => db().secrets(),
    terms: (source) => loadPullTerms(db(), source, { oauthClients, allowLocal: allowLocalOf(env) }),
    publish: async (id, report, told) => {
      await publishPull(db(), id, report)
      return tellOfFailures(tellDepsOf(env, ctx, db()), PULL_FAILURES, { ...report, id, told })
    },
  }
}

function certifierOf(env: Env, integration: string): CertifierRemote {
  return env.CERTIFIER.getByName(integration)
}

/** What the object that certifies an integration needs of the others. */
export function certifierDeps(env: Env, ctx: Context): CertifierDeps {
  const db = databaseOf(env, ctx)
  const allowLocal = allowLocalOf(env)
  return {
    ctx: allowLocal ? bothLoopbacks(ctx) : ctx,
    allowLocal,
    open: ({ id, sealed: { keyId, sealed } }) => db().secrets().open(sealed, keyId, id),
    publish: (of, report) => publishCertification(db(), of, report),
  }
}

/** There is one sweep for all. */
function sweepOf(env: Env): SweepRemote {
  return env.SWEEP.getByName('inbox')
}

export function intakeOf(env: Env, source: string): IntakeRemote {
  return env.INTAKE.getByName(source)
}
