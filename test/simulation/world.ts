import { Buffer } from 'node:buffer'
import { BEGIN, sequence, turn, VirtualClock } from '../platform/clock.ts'
import { SimulatedWarehouse } from '../platform/warehouse.ts'
import { bodyBytes, PLATFORM } from '../platform/limits.ts'
import type { WarehouseSession } from '../../src/connectors/index.ts'
import { isObjectsLog, objectsLog } from '../../src/archive/index.ts'
import type { Context, OutgoingRequest } from '../../src/context.ts'
import type { Connectors } from '../../src/control/request.ts'
import type { Env, WakeUp } from '../../src/env.ts'
import { Sweep, type SweepRemote } from '../../src/inbox/index.ts'
import { type Commit, Intake, type IntakeRemote } from '../../src/intake/index.ts'
import { type Bounds, BOUNDS, Lane, LANE_DIALS, type LaneRemote, type LaneStorage } from '../../src/lane/index.ts'
import { Replay, type ReplayRemote } from '../../src/replay/index.ts'
import { FIRST_WORKSPACE } from '../../src/settings/index.ts'
import { WorkspaceOverview, type WorkspaceOverviewRemote } from '../../src/overview/index.ts'
import { Puller, type PullerRemote } from '../../src/pull/index.ts'
import { Statistics, type StatisticsRemote } from '../../src/statistics/index.ts'
import {
  healthTeller,
  intakeOf,
  laneOf,
  type Platform,
  platform,
  pullerDeps,
  raiseParked,
  replayDeps,
  sourceHealthTeller,
  overviewDeps,
  statisticsDeps,
  statisticsOf,
  warehouseDeps,
} from '../../src/wiring.ts'
import { Warehouse, type WarehouseRemote } from '../../src/warehouse/index.ts'
import { type Actor, Invocation, Isolate, turnOf } from './actors.ts'
import { SimulatedBucket } from './bindings/bucket.ts'
import { SimulatedDatabase } from './bindings/database.ts'
import { SimulatedObjects } from './bindings/objects.ts'
import { SimulatedQueue } from './bindings/queue.ts'
import { Choices, type Source, whole } from './choices.ts'
import { CommittedObjects } from './committed-objects.ts'
import { type Dials, LONG, SHORT, TIGHT, WORDLESS_ROW_BYTES } from './dials.ts'
import { Journal } from './journal.ts'
import type { HistoryRows } from './past.ts'
import { Notices, NOTICES_URL } from './notices.ts'
import { Receivers } from './receivers.ts'
import { Replays } from './replays.ts'
import { useSyncDigests } from '../platform/subtle.ts'
import { PretendVendor, VENDOR_URL } from './vendor.ts'
import { Watch } from './watch.ts'
import { Wires } from './wires.ts'

export const ADMIN_TOKEN = 'the-simulation-s-admin-token'
const ENCRYPTION_KEYS = `k1:${Buffer.alloc(32, 7).toString('base64')}`

/** When a lane is told what has arrived while a grant goes on: not, as in a local run, or all the time. */
const PROGRESS = [null, { everyMs: 1_000, leastEvents: 25 }, { everyMs: 100, leastEvents: 1 }]

/** A consumer of a queue may take a quarter of an hour, what it leaves behind half a minute, a client waits as long. */
const QUEUE_LIMIT_MS = 15 * 60_000
const BEHIND_LIMIT_MS = 30_000
const HTTP_LIMIT_MS = 30_000
const WATCHDOG_MS = 3_600_000
const DOWN_MS = 1_500

useSyncDigests()

/**
 * The whole platform on one virtual clock, with everything between its rooms and the world simulated. What `objects.ts`
 * adds to the cores is repeated here, because it only loads inside workerd.
 */
export class World {
  readonly clock = new VirtualClock()
  readonly choices: Choices
  readonly journal: Journal
  readonly watch: Watch
  readonly bucket: SimulatedBucket
  readonly lanes: SimulatedObjects<Lane>
  readonly intakes: SimulatedObjects<Intake>
  readonly sweeps: SimulatedObjects<Sweep>
  readonly replayObjects: SimulatedObjects<Replay>
  readonly statistics: SimulatedObjects<Statistics>
  readonly overviews: SimulatedObjects<WorkspaceOverview>
  readonly warehouses: SimulatedObjects<Warehouse>
  readonly pullers: SimulatedObjects<Puller>
  readonly replays: Replays
  /** Whom cloud sources pull from. */
  readonly vendor: PretendVendor
  /** What was committed to logs of objects. */
  readonly objects: CommittedObjects
  /** What warehouses are loaded into, by id. */
  readonly databases = new Map<string, SimulatedWarehouse>()
  /** As on a developer's machine: queues in memory, every batch through the inbox, no watchdog, and it may be killed. */
  readonly local: boolean
  readonly dials: Dials
  /** Something may wait for the hourly watchdog: nobody can say how long. */
  isUntimely = false
  readonly #aliases = new Map<string, string>()
  /** By lane: where its present instance stores its history. */
  readonly #histories = new Map<string, LaneStorage['sql']>()
  readonly #database: SimulatedDatabase
  readonly #events: SimulatedQueue
  readonly #dead: SimulatedQueue
  readonly #deliveries: SimulatedQueue
  readonly notices: Notices
  readonly #receivers: Receivers
  readonly #wires: Wires
  readonly #random: () => number
  readonly #isolates: (Isolate<Platform> | undefined)[]
  #isolatesMade = 0
  #invocations = 0
  readonly #running = new Set<Invocation>()
  #down = false
  /** How often everything has died. */
  #generation = 0
  #watched = false

  constructor(source: Source, options: { traced?: boolean } = {}) {
    const { clock } = this
    const choices = new Choices(source)
    const journal = new Journal(() => clock.now, options.traced === true)
    this.choices = choices
    this.journal = journal
    this.local = choices.pick('local', 0, (r) => (r < 0.4 ? 1 : 0)) === 1
    const dials = choices.pick('short dials', 0, (r) => (r < 0.4 ? 1 : 0)) === 1 ? SHORT : LONG
    // A choice of its own: what has gone cannot be sent once more.
    const deadMs = choices.pick('dead letters: kept', LANE_DIALS.deadMs, (r) =>
      r < 0.15 ? whole(60_000, 600_000)(r / 0.15) : LANE_DIALS.deadMs,
    )
    const progress = PROGRESS[choices.pick('lane: progress', this.local ? 1 : 0, whole(0, 2))] ?? null
    this.dials = { ...dials, lane: { ...dials.lane, deadMs, progress } }
    this.#random = sequence(1)
    this.#isolates = Array.from({ length: choices.pick('isolates', 1, whole(1, 3)) })
    const shared = { clock, choices, journal }
    const tight = choices.pick('tight limits', 0, (r) => (r < 0.3 ? 1 : 0)) === 1
    const wires = new Wires(shared, tight ? TIGHT : PLATFORM, (kind, from, what) => {
      this.watch.struck(from)
      if (what === 'sweep inbox.arm') this.#needWatchdog()
      if (from.role.startsWith('sweep ')) this.watch.sweepStruck()
      if (kind === 'slow' || kind.startsWith('hangs')) this.watch.stalled(from, `a call of its worker was ${kind}`)
    })
    this.#wires = wires
    const deps = { ...shared, wires }
    this.bucket = new SimulatedBucket(
      clock,
      wires,
      choices.pick('R2 page', 1_000, (r) => (r < 0.5 ? 1_000 : 3)),
      (from, key) => this.watch.stored(from, key),
    )
    this.#database = new SimulatedDatabase(wires)
    const aliasOf = (id: string) => this.aliasOf(id)
    this.watch = new Watch({ journal, now: () => clock.now, bucket: this.bucket, dials: this.dials, aliasOf })
    this.vendor = new PretendVendor(clock)
    this.objects = new CommittedObjects(this.bucket, journal)
    this.#receivers = new Receivers(shared, {
      onRequest: (arrived) => this.watch.requested(arrived),
      onAnswer: (arrived, answers, apart) => this.watch.answered(arrived, answers, apart),
    })
    this.notices = new Notices(shared)
    const maxRetries = choices.pick('queue events: max retries', 100, (r) => (r < 0.8 || this.local ? 100 : 3))
    this.#dead = new SimulatedQueue(
      {
        name: 'events-dlq',
        maxBatchSize: 10,
        maxRetries: 100,
        mayLose: () => false,
        consume: (messages) => this.#consume('given up', messages, (p) => p.parkGivenUp(messages)),
      },
      deps,
    )
    this.#events = new SimulatedQueue(
      {
        name: 'events',
        maxBatchSize: 100,
        maxRetries,
        // A pointer is a hint: what it points to lies in the inbox.
        mayLose: (body) => !this.local && typeof body === 'string' && body.includes('"inbox":true'),
        consume: (messages) => this.#consume('route', messages, (p) => p.route(messages)),
        dead: this.#dead,
      },
      deps,
    )
    this.#deliveries = new SimulatedQueue(
      {
        name: 'deliveries',
        maxBatchSize: 1,
        maxRetries: 3,
        mayLose: () => true,
        consume: (messages) => {
          const lane = (messages[0]?.body as { lane?: string } | undefined)?.lane ?? ''
          const role = `deliver ${this.aliasOf(lane)}`
          return this.#consume(role, messages, (p, behind) => p.deliver(messages as Message<WakeUp>[], behind))
        },
      },
      deps,
    )
    const onSkew = (ms: number) => this.watch.skewed(ms)
    // Without the hourly watchdog everything has to come right by alarms alone, unless one of them could not be set.
    const watched = !this.local && choices.pick('watchdog', 0, (r) => (r < 0.5 ? 1 : 0)) === 1
    const { rowBytes } = wires.limits
    const objects = {
      alias: aliasOf,
      onSkew,
      rowBytes,
      mayDropAlarm: (name: string) => watched && this.#isWatched(name),
    }
    const wordless = choices.pick('lane: no room for words', 0, (r) => (r < 0.3 ? 1 : 0)) === 1
    const bounds = this.#bounds(wordless)
    this.lanes = new SimulatedObjects<Lane>(
      {
        ...objects,
        kind: 'lane',
        ...(wordless && { rowBytes: WORDLESS_ROW_BYTES }),
        open: (lane, storage, instance) => {
          const queue = this.#deliveries.bindingOf(() => instance)
          this.#histories.set(lane, storage.sql)
          return new Lane(
            lane,
            storage,
            { ...this.#context(() => instance), ...(this.local && { generation: String(this.#generation) }) },
            async (replay) => void (await queue.send({ lane, ...(replay && { replay }) } as never)),
            bounds,
            this.dials.lane,
            healthTeller(
              this.#env(() => instance),
              this.#context(() => instance),
              lane,
            ),
            this.#env(() => instance).ARCHIVE,
          )
        },
        onEffect: (effect) => this.watch.lane(effect),
        onDeath: (object, core) => {
          const before = core.ledger()
          this.watch.reopened(object.name, before, object.core)
        },
        onFault: (kind, id, method, args, reply) => this.watch.fault(id, kind, method, args, reply),
      },
      deps,
    )
    this.intakes = new SimulatedObjects<Intake>(
      {
        ...objects,
        kind: 'intake',
        open: (source, storage, instance) => {
          const env = this.#env(() => instance)
          return new Intake(
            source,
            storage,
            this.#context(() => instance),
            (id) => laneOf(env, id),
            env.ARCHIVE,
            undefined,
            this.dials.intake,
            isObjectsLog(source) ? undefined : () => statisticsOf(env, source).nudge(),
            isObjectsLog(source)
              ? undefined
              : sourceHealthTeller(
                  env,
                  this.#context(() => instance),
                  source,
                ),
          )
        },
        onEffect: ({ object, method, args, reply }) => {
          if (method !== 'commit') return
          if (isObjectsLog(object.name)) this.objects.committed(object.name, args[0] as Commit, reply)
          else this.watch.committed(object.name, args[0] as Commit, reply)
        },
        onDeath: () => undefined,
        onFault: () => undefined,
      },
      deps,
    )
    this.sweeps = new SimulatedObjects<Sweep>(
      {
        ...objects,
        kind: 'sweep',
        open: (_, storage, instance) => {
          const env = this.#env(() => instance)
          const ctx = this.#context(() => instance)
          const deps = {
            ctx,
            archive: env.ARCHIVE,
            events: env.EVENTS,
            intake: (source: string) => intakeOf(env, source),
            onParked: () => raiseParked(env, ctx),
          }
          return new Sweep(storage, deps, this.dials.sweep)
        },
        onEffect: ({ method }) => {
          if (method === 'alarm') this.watch.swept(this.bucket.keys('inbox/'))
        },
        onDeath: () => this.watch.sweepStruck(),
        onFault: () => this.#needWatchdog(),
      },
      deps,
    )
    this.replayObjects = new SimulatedObjects<Replay>(
      {
        ...objects,
        kind: 'replay',
        open: (_, storage, instance) =>
          new Replay(
            storage,
            replayDeps(
              this.#env(() => instance),
              this.#context(() => instance),
            ),
            this.dials.replay,
          ),
        onEffect: () => undefined,
        onDeath: () => undefined,
        onFault: () => undefined,
      },
      deps,
    )
    this.statistics = new SimulatedObjects<Statistics>(
      {
        ...objects,
        kind: 'statistics',
        open: (source, storage, instance) =>
          new Statistics(
            source,
            storage,
            statisticsDeps(
              this.#env(() => instance),
              this.#context(() => instance),
            ),
            this.dials.statistics,
          ),
        onEffect: () => undefined,
        onDeath: () => undefined,
        onFault: () => undefined,
      },
      deps,
    )
    this.overviews = new SimulatedObjects<WorkspaceOverview>(
      {
        ...objects,
        kind: 'overview',
        open: (workspace, storage, instance) =>
          new WorkspaceOverview(
            storage,
            overviewDeps(
              this.#env(() => instance),
              this.#context(() => instance),
              workspace,
            ),
          ),
        onEffect: () => undefined,
        onDeath: () => undefined,
        onFault: () => undefined,
      },
      deps,
    )
    this.warehouses = new SimulatedObjects<Warehouse>(
      {
        ...objects,
        kind: 'warehouse',
        open: (id, storage, instance) =>
          new Warehouse(
            id,
            storage,
            warehouseDeps(
              this.#env(() => instance),
              this.#context(() => instance),
              this.#connectors(() => instance),
            ),
            this.dials.warehouse,
          ),
        onEffect: () => undefined,
        onDeath: () => undefined,
        onFault: () => undefined,
      },
      deps,
    )
    this.pullers = new SimulatedObjects<Puller>(
      {
        ...objects,
        kind: 'puller',
        open: (source, storage, instance) =>
          new Puller(
            source,
            storage,
            pullerDeps(
              this.#env(() => instance),
              this.#context(() => instance),
            ),
            this.dials.puller,
          ),
        onEffect: () => undefined,
        onDeath: () => undefined,
        onFault: () => undefined,
      },
      deps,
    )
    this.replays = new Replays(this)
    // Past the API, whose calls would be choices.
    const notices = 'INSERT INTO alert_settings (workspace_id, webhook_url) VALUES (?, ?)'
    this.rows(notices, [FIRST_WORKSPACE, NOTICES_URL])
    if (watched) this.#startWatchdog()
  }

  /** What D1 has, looked at from outside. */
  rows<T = Record<string, unknown>>(query: string, bindings: readonly unknown[] = []): T[] {
    return this.#database.look(query, bindings) as T[]
  }

  /** A lane that is full with a batch or two is one that has a million waiting. */
  #bounds(wordless: boolean): Bounds {
    const { choices } = this
    const row = choices.pick('lane: row', BOUNDS.row, (r) => (r < 0.5 ? BOUNDS.row : whole(200, 2_000)((r - 0.5) * 2)))
    return {
      head: choices.pick('lane: head', BOUNDS.head, (r) => (r < 0.4 ? BOUNDS.head : whole(1, 6)((r - 0.4) / 0.6))),
      row: wordless ? Math.min(row, WORDLESS_ROW_BYTES / 4) : row,
      slice: choices.pick('lane: slice', BOUNDS.slice, (r) => (r < 0.5 ? BOUNDS.slice : whole(1, 5)((r - 0.5) * 2))),
      search: BOUNDS.search,
      look: {
        letters: choices.pick('lane: look', BOUNDS.look.letters, (r) =>
          r < 0.5 ? BOUNDS.look.letters : whole(1, 5)((r - 0.5) * 2),
        ),
        events: BOUNDS.look.events,
      },
    }
  }

  /** What an id is called in labels and traces: `s0`, `d1`, in the order in which they are met. Ids are random. */
  aliasOf(id: string): string {
    if (isObjectsLog(id)) return `objects of ${this.aliasOf(id.slice(objectsLog('').length))}`
    const known = this.#aliases.get(id)
    const letter = { src_: 's', dst_: 'd', rpl_: 'r', whs_: 'w' }[id.slice(0, 4)]
    if (known !== undefined || letter === undefined) return known ?? id
    const alias = `${letter}${[...this.#aliases.values()].filter((one) => one.startsWith(letter)).length}`
    this.#aliases.set(id, alias)
    return alias
  }

  /** Holds what a lane tells of its past against what it was. Nothing is pending in it. */
  /** What the lanes began with is no longer kept. */
  get isPastForgotten(): boolean {
    const { hoursMs, rowHours, hourSlots, slotMs } = this.dials.lane.ways
    return this.clock.now - BEGIN > hoursMs - rowHours * hourSlots * slotMs
  }

  checkPast(id: string): void {
    const lane = this.lanes.of(id)
    const { core, skew } = lane
    const count = 'SELECT count(*) AS hours, count(minutes) AS byMinutes FROM history'
    const rows = this.#histories.get(id)?.exec<Record<keyof HistoryRows, number>>(count).one()
    if (rows) this.watch.checkPast(id, core, rows, this.clock.now + skew)
  }

  /** Messages that wait or are being worked on, and whoever works on them. */
  get unfinished(): string[] {
    const queues = { events: this.#events, 'events-dlq': this.#dead, deliveries: this.#deliveries }
    return [
      ...Object.entries(queues).flatMap(([name, { length }]) => (length > 0 ? [`${length} messages in ${name}`] : [])),
      ...[...this.#running].map(({ name }) => `${name} is running`),
      ...this.bucket.keys('parked/'),
    ]
  }

  /** How often route has been handed what it was handed most often of what still waits for it. */
  get mostAttempts(): number {
    return this.#events.mostAttempts
  }

  /** One HTTP request to some isolate. `null`: no answer came. */
  async http(role: string, path: string, init: { method: string; headers?: Record<string, string>; body?: string }) {
    if (this.#down) return null
    let answer: { status: number; json: unknown } | null = null
    await this.#invoke(role, HTTP_LIMIT_MS, async ({ http }, invocation) => {
      const response = await http.fetch(
        requestOf(path, init, (bytes) => this.#wires.usageOf(invocation).read(bytes)),
        this.#env(() => invocation),
        EXECUTION,
      )
      const text = await response.text()
      answer = { status: response.status, json: text.startsWith('{') ? JSON.parse(text) : null }
    })
    return answer as { status: number; json: unknown } | null
  }

  /** Everything dies at once, and what only was in memory is lost; a moment later it is started again. */
  async kill(): Promise<void> {
    this.journal.fault('everything killed', 'the machine', '')
    this.#down = true
    this.#generation++
    for (const isolate of this.#isolates) isolate?.die('killed')
    for (const objects of this.#objects) objects.killAll()
    for (const queue of [this.#events, this.#dead, this.#deliveries]) queue.clear()
    this.watch.killed(DOWN_MS)
    await this.clock.sleep(DOWN_MS)
    this.#down = false
    for (let tries = 0; tries < 5; tries++) {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` }
      const answer = await this.http('start', '/api/recovery', { method: 'POST', headers })
      if (answer?.status === 200) return
    }
  }

  /** Nobody does anything for a while, as when a machine sleeps; then everything is late. */
  jump(ms: number): void {
    this.journal.fault('clock jumped', 'the clock', `${ms} ms`)
    this.clock.now += ms
    this.watch.jumped()
  }

  /**
   * Some lane is told of a row beyond one that it has never heard of, as by an intake that is ahead of it because its own
   * rows were restored. It must say how far it is, and take nothing.
   */
  registerOverGap(whose: number): void {
    const name = [...this.lanes.all.keys()][whose]
    const last = name === undefined ? null : this.watch.of(name).registered
    if (name === undefined || !last) return
    const [from, to] = [last.to + 10_000, last.to + 10_001]
    const parts = last.parts.slice(0, 1).map((part) => ({ ...part, seq: to }))
    const { mark } = this.lanes.of(name).core.register({ ...last, from, to, parts })
    this.journal.fault('registered over a gap', this.aliasOf(name), `answers ${mark}`)
    if (mark >= from) this.journal.wrong(`${this.aliasOf(name)}: takes row ${to} after row ${last.to}`)
  }

  /** Until `end`, or until something is wrong. */
  async runUntil(end: number): Promise<void> {
    await turn()
    while (this.journal.violation === null && this.clock.stepOne(end)) await turn()
    this.clock.now = Math.max(this.clock.now, end)
  }

  get #objects() {
    const { lanes, intakes, sweeps, replayObjects, statistics, warehouses, overviews, pullers } = this
    return [lanes, intakes, sweeps, replayObjects, statistics, warehouses, overviews, pullers]
  }

  close(): void {
    this.#database.close()
    for (const objects of this.#objects) objects.close()
  }

  async #consume(
    role: string,
    messages: readonly Message<unknown>[],
    run: (platform: Platform, behind: (work: Promise<unknown>) => void) => Promise<void>,
  ): Promise<boolean> {
    return this.#invoke(role, QUEUE_LIMIT_MS, (platform, invocation, behind) => {
      this.#wires.usageOf(invocation).keep(messages.reduce((sum, { body }) => sum + bodyBytes(body), 0))
      return run(platform, behind)
    })
  }

  /**
   * Has some isolate do something, which is over when it has returned and everything it left behind has too. `false`: it
   * died or was given up before it returned. Rejects with what it throws.
   */
  async #invoke(
    role: string,
    limitMs: number,
    run: (platform: Platform, invocation: Invocation, behind: (work: Promise<unknown>) => void) => Promise<void>,
  ): Promise<boolean> {
    const isolate = this.#isolate()
    const invocation = new Invocation(role, `${role} #${++this.#invocations}`, isolate, (ended, how) => {
      this.#running.delete(ended)
      if (how === 'gone') this.watch.workerGone(ended)
      else this.watch.workerDone(ended)
      // It may have written to the inbox and not come to arm the sweep.
      if (how === 'gone' && role === 'ingest') this.#needWatchdog()
    })
    this.#running.add(invocation)
    const cancel = this.clock.after(limitMs, () => invocation.cancel('its time is over'))
    const left: Promise<unknown>[] = []
    const work = turnOf.run(invocation, () => run(isolate.platform, invocation, (one) => void left.push(one)))
    const gone = invocation.ended.then(() => false)
    try {
      const returned = await Promise.race([work.then(() => true), gone])
      cancel()
      if (returned && left.length > 0) {
        const late = this.clock.after(BEHIND_LIMIT_MS, () => {
          if (!invocation.over) this.watch.overran(invocation)
          invocation.cancel('too long behind its answer')
        })
        void Promise.allSettled(left).then(() => {
          late()
          invocation.finish()
        })
      } else invocation.finish()
      return returned
    } catch (error) {
      cancel()
      invocation.finish()
      throw error
    }
  }

  #isolate(): Isolate<Platform> {
    const most = this.#isolates.length - 1
    const slot = most === 0 ? 0 : this.choices.pick('isolate', 0, whole(0, most))
    const known = this.#isolates[slot]
    if (known && !known.dead) return known
    const number = ++this.#isolatesMade
    const skew = this.choices.pick('isolate: skew', 0, (r) => (r < 0.8 ? 0 : Math.round((r - 0.9) * 20_000)))
    this.watch.skewed(skew)
    const who = () => {
      const invocation = turnOf.getStore()
      if (!invocation) throw new Error('something is done in nobody’s turn')
      return invocation
    }
    const made = new Isolate(number, skew, () =>
      platform(this.#env(who), this.#context(who, skew), undefined, this.#connectors(who)),
    )
    this.#isolates[slot] = made
    return made
  }

  #env(who: () => Actor): Env {
    return {
      DB: this.#database.bindingOf(who),
      ARCHIVE: this.bucket.bindingOf(who),
      EVENTS: this.#events.bindingOf(who),
      EVENTS_DLQ: this.#dead.bindingOf(who),
      DELIVERIES: this.#deliveries.bindingOf(who),
      INTAKE: this.intakes.bindingOf<IntakeRemote>(who),
      LANE: this.lanes.bindingOf<LaneRemote>(who),
      REPLAY: this.replayObjects.bindingOf<ReplayRemote>(who),
      STATISTICS: this.statistics.bindingOf<StatisticsRemote>(who),
      WAREHOUSE: this.warehouses.bindingOf<WarehouseRemote>(who),
      OVERVIEW: this.overviews.bindingOf<WorkspaceOverviewRemote>(who),
      PULLER: this.pullers.bindingOf<PullerRemote>(who),
      SWEEP: this.sweeps.bindingOf<SweepRemote>(who),
      SHOP: NO_SHOPS,
      CERTIFIER: NO_CERTIFIERS,
      ASSETS: NO_ASSETS,
      ADMIN_TOKEN,
      ENCRYPTION_KEYS,
      ...(this.local && { ACCEPT: 'inbox' }),
    }
  }

  #context(who: () => Actor, skew?: number): Context {
    const now = () => this.clock.now + (skew ?? who().skew)
    return {
      now,
      random: () => this.choices.pick('chance', 0.5, (r) => Math.round(r * 1_000) / 1_000),
      randomBytes: (length) => Uint8Array.from({ length }, () => this.#random() * 256),
      sleep: (ms) => {
        const actor = who()
        return new Promise((resolve) => {
          this.clock.after(Math.trunc(ms), () => {
            if (!actor.over) resolve()
          })
        })
      },
      fetch: (request: OutgoingRequest, timeoutMs) => this.#fetch(who(), request, timeoutMs),
      log: (level, message, fields) =>
        this.journal.lines && this.journal.tell(`log ${level}`, `${message} ${JSON.stringify(fields ?? {})}`),
    }
  }

  /** The database of a warehouse, whose every statement may fail before it takes effect, or after. */
  #connectors(who: () => Actor): Connectors {
    const limits = { nameBytes: 63, textBytes: null, columns: 1_600, rowBytes: 8_000 }
    const of = ({ database }: { database: string }) => {
      const known = this.databases.get(database) ?? new SimulatedWarehouse()
      this.databases.set(database, known)
      return known
    }
    const wired = (session: WarehouseSession): WarehouseSession => {
      const through =
        <A extends unknown[], T>(name: string, effect: (...args: A) => Promise<T>) =>
        (...args: A): Promise<T> =>
          this.#wires.call(who(), { what: `database ${name}`, effect: () => effect(...args), ms: 12, mostMs: 200 })
      const { retyping } = session
      return {
        catalogue: through('catalogue', session.catalogue),
        cursor: through('cursor', session.cursor),
        extend: through('extend', session.extend),
        load: through('load', session.load),
        erase: through('erase', session.erase),
        drop: through('drop', session.drop),
        ...(retyping && {
          retyping: {
            begin: through('retyping begin', retyping.begin),
            fill: through('retyping fill', retyping.fill),
            refold: through('retyping refold', retyping.refold),
            finish: through('retyping finish', retyping.finish),
            cancel: through('retyping cancel', retyping.cancel),
          },
        }),
        end: through('end', session.end),
      }
    }
    const connector: Connectors['postgres'] = {
      limits,
      portion: { events: this.choices.pick('warehouse: portion', 50, whole(1, 20)), bytes: 200_000 },
      retypes: true,
      check: () => Promise.resolve([]),
      open: (settings) => {
        const { connector: real } = of(settings as unknown as { database: string })
        const open = () => real.open({})
        return this.#wires.call(who(), { what: 'database open', effect: open, ms: 20, mostMs: 400 }).then(wired)
      },
    }
    return { postgres: connector, redshift: connector, iceberg: connector }
  }

  async #fetch(from: Actor, request: OutgoingRequest, timeoutMs: number): Promise<Response> {
    const usage = this.#wires.usageOf(from)
    usage.call('request')
    usage.spend({ bytes: request.body?.length ?? 0 })
    if (request.url === NOTICES_URL)
      return usage.connections.useInTime(this.clock, timeoutMs, () => this.notices.fetch(from, request))
    if (request.url.startsWith(VENDOR_URL)) {
      const asked = () => this.vendor.answer(new URL(request.url), this.choices)
      const call = { what: 'vendor', effect: asked, ms: 60, mostMs: 400 }
      return usage.connections.useInTime(
        this.clock,
        timeoutMs,
        (leftMs) =>
          new Promise((resolve, reject) => {
            const late = () => !from.over && reject(new DOMException('no answer in time', 'TimeoutError'))
            const stop = this.clock.after(leftMs, late)
            this.#wires.call(from, call).finally(stop).then(resolve, reject)
          }),
      )
    }
    return usage.connections.useInTime(this.clock, timeoutMs, (leftMs) => this.#receivers.fetch(from, request, leftMs))
  }

  /** The watchdog looks after the sweep, and after what D1 knows. */
  #isWatched(name: string): boolean {
    return name === 'inbox' || this.#database.knows(name)
  }

  /** Something may have been missed that nothing sees to but an hourly cron. */
  #needWatchdog(): void {
    this.isUntimely = true
    this.#startWatchdog()
  }

  /** From now on there is an hourly cron, where there can be one. */
  #startWatchdog(): void {
    if (this.local || this.#watched) return
    this.#watched = true
    this.#watchdog()
  }

  #watchdog(): void {
    this.clock.after(WATCHDOG_MS, () => {
      this.#watchdog()
      void this.#invoke('watchdog', QUEUE_LIMIT_MS, ({ watch }) => watch()).catch((error: unknown) =>
        this.journal.tell('watchdog', String(error)),
      )
    })
  }
}

const EXECUTION = {
  waitUntil: () => undefined,
  passThroughOnException: () => undefined,
  props: {},
} as unknown as ExecutionContext

/** A request whose body is there as soon as it is read: Node's own comes through streams. */
function requestOf(
  path: string,
  { method, headers, body = '' }: { method: string; headers?: Record<string, string>; body?: string },
  onRead: (bytes: number) => void,
) {
  const length = Buffer.byteLength(body)
  const read = <T>(make: () => T) => {
    onRead(length)
    return Promise.resolve(make())
  }
  const request = new Request(`https://sluice.example${path}`, {
    method,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': String(length) },
  })
  // A file of objects is read as it comes.
  if (path.startsWith('/v0/')) Object.defineProperty(request, 'body', { get: () => (onRead(length), streamOf(body)) })
  return Object.assign(request, {
    arrayBuffer: () => read(() => new TextEncoder().encode(body).buffer),
    text: () => read(() => body),
    json: () => read(() => JSON.parse(body) as unknown),
  })
}

/** Certifications are asked for by people, and ask receivers beside the way of events. */
const NO_CERTIFIERS = {
  getByName: () => {
    throw new Error('nobody certifies here')
  },
}

/** All of a text at once, without the turns that a stream of Node's own takes. */
function streamOf(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(new TextEncoder().encode(text))
      controller.close()
    },
  })
}

/** No device fetches files here. */
/** Shops of sandboxes are beside the way of events: what they send comes as from any SDK. */
const NO_SHOPS = {
  getByName: () => {
    throw new Error('there are no shops')
  },
}
const NO_ASSETS = { fetch: () => Promise.reject(new Error('there are no files')) } as unknown as Fetcher
