import { DurableObject } from 'cloudflare:workers'
import { mayStillWatch } from './accounts/index.ts'
import { isObjectsLog } from './archive/index.ts'
import { context } from './context.ts'
import type { Env, Served } from './env.ts'
import { type StrayNote, Strays, Sweep as SweepCore, type SweepRemote } from './inbox/index.ts'
import {
  type Claim,
  type Commit,
  Intake as IntakeCore,
  INTAKE_DIALS,
  type IntakeRemote,
  type LogFrom,
  type LogQuery,
  Tail,
} from './intake/index.ts'
import {
  type GrantLimits,
  Lane as LaneCore,
  LANE_DIALS,
  type LaneDials,
  type LaneRemote,
  type Period,
  type PermitReport,
  type GrantProgress,
  type DeadFilter,
  type Redrive,
  type Registration,
  type Settlement,
  type Span,
} from './lane/index.ts'
import { Certifier as CertifierCore, type CertificationOrder, type CertifierRemote } from './certify/index.ts'
import { type AllowedCode, Puller as PullerCore, type PullerRemote } from './pull/index.ts'
import { Replay as ReplayCore, type ReplayChange, type ReplayOrder, type ReplayRemote } from './replay/index.ts'
import {
  type OverviewQuery,
  type WayQuery,
  WorkspaceOverview as WorkspaceOverviewCore,
  type WorkspaceOverviewRemote,
} from './overview/index.ts'
import { Shop as ShopCore, type ShopOrder, type ShopRemote } from './shop/index.ts'
import { type Database, type LaneConfig, openDatabase, type Page } from './settings/index.ts'
import {
  type SchemaQuery,
  type SchemaEvent,
  type StepQuery,
  Statistics as StatisticsCore,
  type StatisticsRemote,
} from './statistics/index.ts'
import {
  certifierDeps,
  healthTeller,
  intakeOf,
  pullerDeps,
  laneOf,
  overviewDeps,
  raiseParked,
  replayDeps,
  shopSender,
  sourceHealthTeller,
  statisticsDeps,
  statisticsOf,
  warehouseDeps,
} from './wiring.ts'
import { type JobOrder, Warehouse as WarehouseCore, type WarehouseRemote } from './warehouse/index.ts'

/** The Durable Object of a source, named by its id. What it does is in the room `intake`. */
export class Intake
  extends DurableObject<Env>
  implements Served<IntakeCore, IntakeRemote, 'alarm'>, Required<Pick<DurableObject, 'fetch' | 'webSocketMessage'>>
{
  readonly #core: IntakeCore
  readonly #tail: Tail

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    const source = nameOf(state)
    // Opened when somebody watches; the other objects need no database.
    let db: Database | undefined
    this.#tail = new Tail(state, context, (sessions) =>
      mayStillWatch((db ??= openDatabase(env.DB, env.ENCRYPTION_KEYS, context)), source, sessions),
    )
    this.#core = new IntakeCore(
      source,
      state.storage,
      context,
      (destination) => laneOf(env, destination),
      env.ARCHIVE,
      this.#tail,
      INTAKE_DIALS,
      // The log of a source's objects has no events to be counted or told of.
      isObjectsLog(source) ? undefined : () => statisticsOf(env, source).nudge(),
      isObjectsLog(source) ? undefined : sourceHealthTeller(env, context, source),
    )
  }

  begin(claims: Claim[]) {
    return this.#core.begin(claims)
  }
  release(accepts: string[]) {
    this.#core.release(accepts)
  }
  commit(commit: Commit) {
    return this.#core.commit(commit)
  }
  counters() {
    return this.#core.counters()
  }
  find(messageId: string) {
    return this.#core.find(messageId)
  }
  at(seq: number, event: number) {
    return this.#core.at(seq, event)
  }
  log(from: LogFrom) {
    return this.#core.log(from)
  }
  page(query: LogQuery) {
    return this.#core.page(query)
  }
  nudge() {
    this.#core.nudge()
  }
  spend(events: number, perSecond: number) {
    return this.#core.spend(events, perSecond)
  }
  removeOrphans(olderThanMs: number) {
    return this.#core.removeOrphans(olderThanMs)
  }
  override alarm() {
    return this.#core.alarm()
  }
  /** Somebody wants to watch. */
  override fetch(request: Request) {
    const answer = this.#tail.open(request)
    if (answer.status === 101) this.#core.watched()
    return answer
  }
  override webSocketMessage(socket: WebSocket, text: string | ArrayBuffer) {
    this.#tail.receive(socket, text)
  }
}

/** The Durable Object of a destination, named by its id. What it does is in the room `lane`. */
export class Lane extends DurableObject<Env> implements Served<LaneCore, LaneRemote> {
  readonly #core: LaneCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    const lane = nameOf(state)
    this.#core = new LaneCore(
      lane,
      state.storage,
      { ...context, ...(env.GENERATION && { generation: env.GENERATION }) },
      async (replay) => void (await env.DELIVERIES.send({ lane, ...(replay && { replay }) })),
      undefined,
      laneDials(env),
      healthTeller(env, context, lane),
      env.ARCHIVE,
    )
  }

  register(registration: Registration) {
    return this.#core.register(registration)
  }
  endLog(log: string) {
    return this.#core.endLog(log)
  }
  configure(config: LaneConfig) {
    this.#core.configure(config)
  }
  take(within?: GrantLimits) {
    return this.#core.take(within)
  }
  settle(settlement: Settlement, next: boolean, within?: GrantLimits) {
    return this.#core.settle(settlement, next, within)
  }
  progress(progress: GrantProgress) {
    this.#core.progress(progress)
  }
  ledger() {
    return this.#core.ledger()
  }
  metrics(period?: Period) {
    return this.#core.metrics(period)
  }
  ways(query: WayQuery) {
    return this.#core.ways(query)
  }
  past(span: Span) {
    return this.#core.past(span)
  }
  deadLetters(before: number | null, limit: number, filter?: DeadFilter) {
    return this.#core.deadLetters(before, limit, filter)
  }
  deadLetter(id: number) {
    return this.#core.deadLetter(id)
  }
  redrive(what: Redrive) {
    return this.#core.redrive(what)
  }
  redrives() {
    return this.#core.redrives()
  }
  cancelRedrive(id: number) {
    return this.#core.cancelRedrive(id)
  }
  traceOf(log: string, seq: number, event: number) {
    return this.#core.traceOf(log, seq, event)
  }
  nudge() {
    this.#core.nudge()
  }
  receiverIsBack() {
    this.#core.receiverIsBack()
  }
  tryNow() {
    return this.#core.tryNow()
  }
  permit(replay: string, share: number) {
    return this.#core.permit(replay, share)
  }
  report(permit: string, report: PermitReport, done: boolean) {
    return this.#core.report(permit, report, done)
  }
  forget() {
    this.#core.forget()
  }
  override async alarm() {
    this.#core.alarm()
    await this.#core.telling
  }
}

function laneDials({ SETTLE_MS, GENERATION }: Env): LaneDials {
  // Where everything dies at once, as a local run does, it does so more often than a worker alone.
  const everyMs = Number(SETTLE_MS ?? (GENERATION ? 1_000 : 0))
  return { ...LANE_DIALS, progress: everyMs > 0 ? { everyMs, leastEvents: 25 } : null }
}

/** The Durable Object of a replay, named by its id. What it does is in the room `replay`. */
export class Replay extends DurableObject<Env> implements Served<ReplayCore, ReplayRemote, 'alarm'> {
  readonly #core: ReplayCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    nameOf(state)
    this.#core = new ReplayCore(state.storage, replayDeps(env, context))
  }

  begin(order: ReplayOrder) {
    return this.#core.begin(order)
  }
  change(change: ReplayChange) {
    return this.#core.change(change)
  }
  report() {
    return this.#core.report()
  }
  nudge() {
    return this.#core.nudge()
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object that counts what a source's log has, named by the source's id. What it does is in the room `statistics`. */
export class Statistics extends DurableObject<Env> implements Served<StatisticsCore, StatisticsRemote, 'alarm'> {
  readonly #core: StatisticsCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new StatisticsCore(nameOf(state), state.storage, statisticsDeps(env, context))
  }

  nudge() {
    return this.#core.nudge()
  }
  leave() {
    return this.#core.leave()
  }
  schema(query: SchemaQuery) {
    return this.#core.schema(query)
  }
  event(type: SchemaEvent['type'], name: string | null) {
    return this.#core.event(type, name)
  }
  arrived(query: StepQuery) {
    return this.#core.arrived(query)
  }
  named(query: StepQuery) {
    return this.#core.named(query)
  }
  ways(query: WayQuery) {
    return this.#core.ways(query)
  }
  tools(query: StepQuery) {
    return this.#core.tools(query)
  }
  users(from: number) {
    return this.#core.users(from)
  }
  totals() {
    return this.#core.totals()
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object of a warehouse, named by its id. What it does is in the room `warehouse`. */
export class Warehouse extends DurableObject<Env> implements Served<WarehouseCore, WarehouseRemote, 'alarm'> {
  readonly #core: WarehouseCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new WarehouseCore(nameOf(state), state.storage, warehouseDeps(env, context))
  }

  changed() {
    return this.#core.changed()
  }
  syncNow() {
    return this.#core.syncNow()
  }
  report() {
    return this.#core.report()
  }
  syncs(page: Page) {
    return this.#core.syncs(page)
  }
  sync(id: string) {
    return this.#core.sync(id)
  }
  sourceSyncs(of: { syncId?: string; sourceId?: string }, page: Page) {
    return this.#core.sourceSyncs(of, page)
  }
  tables(of: { sourceId?: string; text?: string }, page: Page) {
    return this.#core.tables(of, page)
  }
  table(sourceId: string, name: string) {
    return this.#core.table(sourceId, name)
  }
  order(id: string, order: JobOrder) {
    return this.#core.order(id, order)
  }
  cancel(id: string) {
    return this.#core.cancel(id)
  }
  jobs() {
    return this.#core.jobs()
  }
  job(id: string) {
    return this.#core.job(id)
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object that knows what became of all events of a workspace, named by its id. What it does is in the room `overview`. */
export class WorkspaceOverview
  extends DurableObject<Env>
  implements Served<WorkspaceOverviewCore, WorkspaceOverviewRemote, 'alarm'>
{
  readonly #core: WorkspaceOverviewCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new WorkspaceOverviewCore(state.storage, overviewDeps(env, context, nameOf(state)))
  }

  read(query: OverviewQuery) {
    return this.#core.read(query)
  }
  trackedUsers(from: number, until: number) {
    return this.#core.trackedUsers(from, until)
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object of a synthetic shop, named by the source that it sends to. What it does is in the room `shop`. */
export class Shop extends DurableObject<Env> implements Served<ShopCore, ShopRemote, 'alarm'> {
  readonly #core: ShopCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new ShopCore(state.storage, context, shopSender(env, context))
  }

  open(order: ShopOrder) {
    return this.#core.open(order)
  }
  look() {
    return this.#core.look()
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object that certifies an integration, named by its id. What it does is in the room `certify`. */
export class Certifier extends DurableObject<Env> implements Served<CertifierCore, CertifierRemote, 'alarm'> {
  readonly #core: CertifierCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new CertifierCore(state.storage, certifierDeps(env, context))
  }

  begin(order: CertificationOrder) {
    return this.#core.begin(order)
  }
  read(id: string) {
    return this.#core.read(id)
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object of a source that pulls, named by the source's id. What it does is in the room `pull`. */
export class Puller extends DurableObject<Env> implements Served<PullerCore, PullerRemote, 'alarm'> {
  readonly #core: PullerCore

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new PullerCore(nameOf(state), state.storage, pullerDeps(env, context))
  }

  changed() {
    return this.#core.changed()
  }
  pullNow() {
    return this.#core.pullNow()
  }
  check() {
    return this.#core.check()
  }
  choices() {
    return this.#core.choices()
  }
  allow(code: AllowedCode) {
    return this.#core.allow(code)
  }
  isAllowed() {
    return this.#core.isAllowed()
  }
  stopped() {
    return this.#core.stopped()
  }
  report() {
    return this.#core.report()
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** The Durable Object that looks after the inbox, and knows what never came there; there is one. What it does is in the room `inbox`. */
export class Sweep
  extends DurableObject<Env>
  implements Served<SweepCore, SweepRemote, 'alarm'>, Served<Strays, SweepRemote>
{
  readonly #core: SweepCore
  readonly #strays: Strays

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#core = new SweepCore(state.storage, {
      ctx: context,
      archive: env.ARCHIVE,
      events: env.EVENTS,
      intake: (source) => intakeOf(env, source),
      onParked: () => raiseParked(env, context),
    })
    this.#strays = new Strays(state.storage, context)
  }

  noteStrays(notes: StrayNote[]) {
    this.#strays.noteStrays(notes)
  }
  strays() {
    return this.#strays.strays()
  }
  arm() {
    return this.#core.arm()
  }
  recover() {
    return this.#core.recover()
  }
  removeOrphans(olderThanMs: number) {
    return this.#core.removeOrphans(olderThanMs)
  }
  override alarm() {
    return this.#core.alarm()
  }
}

/** An alarm may wake an object that does not know its name, so the first call with one writes it down. */
function nameOf({ id, storage }: DurableObjectState): string {
  const known = storage.kv.get<string>('name')
  if (known !== undefined) return known
  if (!id.name) throw new Error('this Durable Object is opened by name')
  storage.kv.put('name', id.name)
  return id.name
}
