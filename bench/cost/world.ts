import { isObjectsLog } from '../../src/archive/index.ts'
import type { Context, OutgoingRequest } from '../../src/context.ts'
import type { Connectors } from '../../src/control/request.ts'
import type { Env, WakeUp } from '../../src/env.ts'
import { Sweep, type SweepRemote } from '../../src/inbox/index.ts'
import { Intake, INTAKE_DIALS, type IntakeRemote } from '../../src/intake/index.ts'
import { Lane, type LaneRemote, type Ledger } from '../../src/lane/index.ts'
import { insertDestination } from '../../src/control/destinations/store.ts'
import { insertSource } from '../../src/control/sources/store.ts'
import { FIRST_WORKSPACE, openDatabase } from '../../src/settings/index.ts'
import { WorkspaceOverview, type WorkspaceOverviewRemote } from '../../src/overview/index.ts'
import { Puller, type PullerRemote } from '../../src/pull/index.ts'
import { Replay, type ReplayRemote } from '../../src/replay/index.ts'
import { Statistics, type StatisticsRemote } from '../../src/statistics/index.ts'
import { Warehouse, type WarehouseRemote } from '../../src/warehouse/index.ts'
import {
  healthTeller,
  intakeOf,
  overviewDeps,
  laneOf,
  type Platform,
  platform,
  pullerDeps,
  replayDeps,
  sourceHealthTeller,
  statisticsDeps,
  statisticsOf,
  warehouseDeps,
} from '../../src/wiring.ts'
import { VirtualClock } from '../../test/platform/clock.ts'
import { useSyncDigests } from '../../test/platform/subtle.ts'
import { countingBucket, withExtraPut } from './bucket.ts'
import { type Receiver, virtualContext } from './context.ts'
import { countingD1 } from './database.ts'
import { bodyOf } from './events.ts'
import { BATCH_TIMEOUT_MS, LATENCY } from './latency.ts'
import { Meter } from './meter.ts'
import { type Awake, countingObjects } from './objects.ts'
import { CountingQueue } from './queues.ts'
import { Invocations } from './usage.ts'

const ADMIN_TOKEN = 'bench-admin-token'

/** What Cloudflare adds at most to a queue whose consumers do not keep up; where one source is alone, one does. */
export const MOST_CONSUMERS = 250

export interface WorldOptions {
  /** Where each destination of a source sends to. */
  urls: readonly string[]
  /** Default: one. Requests go to one after the other, so that each queue batch has some of all. */
  sources?: number
  messagesPerBatch: number
  /** Default: every receiver answers 200 after `LATENCY.receiver`. */
  receiver?: (clock: VirtualClock) => Receiver
  extraPut?: boolean
  /** Default: true. Whether what came in is counted afterwards. */
  statistics?: boolean
  /** What warehouses are loaded into. Default: real ones. */
  connectors?: Connectors
  /** Default: none, so that nothing secret can be kept. */
  encryptionKeys?: string
  /** Workers a lane. Default: that of the settings. */
  concurrency?: number
  /** Milliseconds that the first message of a queue batch waits for others. Default: as `wrangler.toml` says. */
  batchTimeoutMs?: number
  /** Batches of a queue that are consumed side by side. Default: one where one source is alone, else as Cloudflare adds. */
  consumers?: number
  /** Events of a request to a receiver at most. Default: one. */
  batchEvents?: number | undefined
  /** Milliseconds that sending to the queue `events` takes. Default: none, since nothing is billed for that. */
  sendMs?: number | undefined
}

/**
 * The whole platform on one virtual clock: the rooms as `wiring.ts` joins them, Durable Objects on SQLite, and queues,
 * R2 and D1 that count. What `objects.ts` adds to the cores is repeated here, because it only loads inside workerd.
 */
export class World {
  readonly clock = new VirtualClock()
  readonly meter = new Meter()
  readonly invocations = new Invocations()
  /** Source by source, each in the order of the URLs. */
  readonly destinations: string[] = []
  readonly sources: string[] = []
  readonly #env: Env
  readonly #platform: Platform
  readonly #ctx: Context
  #events = 0
  #requests = 0

  private constructor(options: WorldOptions) {
    const { clock, meter } = this
    const receiver = options.receiver?.(clock) ?? healthy(clock)
    const ctx = virtualContext(
      clock,
      (request, timeoutMs) => {
        meter.add('fetches', 'deliver')
        return this.#fetch(request, timeoutMs, receiver)
      },
      (message) => meter.add('logLines', message),
    )
    const { invocations } = this
    const shared = { clock, meter, invocations }
    const consumers = options.consumers ?? ((options.sources ?? 1) > 1 ? MOST_CONSUMERS : 1)
    const bucket = countingBucket(clock, meter, invocations)
    const events = new CountingQueue({
      ...shared,
      consumers,
      name: 'events',
      maxBatchSize: options.messagesPerBatch,
      maxBatchTimeoutMs: options.batchTimeoutMs ?? BATCH_TIMEOUT_MS,
      sendMs: options.sendMs ?? 0,
      consume: (messages) => this.#platform.route(messages),
    })
    const deliveries = new CountingQueue({
      ...shared,
      consumers,
      name: 'deliveries',
      maxBatchSize: 1,
      maxBatchTimeoutMs: 0,
      sendMs: LATENCY.queueSend,
      consume: (messages) => this.#platform.deliver(messages as Message<WakeUp>[], () => undefined),
    })
    const wakeUps: Queue<WakeUp> = deliveries.sender()
    const env: Env = {
      // So high that no burst is refused; what keeping count of it costs is counted.
      SOURCE_EVENTS_PER_SECOND: '1000000',
      ADMIN_TOKEN,
      ...(options.encryptionKeys !== undefined && { ENCRYPTION_KEYS: options.encryptionKeys }),
      DB: countingD1(meter, invocations),
      ARCHIVE: options.extraPut ? withExtraPut(bucket) : bucket,
      EVENTS: events.sender(),
      EVENTS_DLQ: noQueue(),
      DELIVERIES: wakeUps,
      CERTIFIER: {
        getByName: () => {
          throw new Error('nobody certifies here')
        },
      },
      SHOP: {
        getByName: () => {
          throw new Error('there are no shops')
        },
      },
      ASSETS: noAssets(),
      INTAKE: countingObjects<Intake, IntakeRemote>({
        ...shared,
        kind: 'intake',
        open: (name, storage, awake) =>
          new Intake(
            name,
            storage,
            ctx,
            (destination) => keepingAwake(laneOf(env, destination), awake),
            bucket,
            undefined,
            INTAKE_DIALS,
            options.statistics === false || isObjectsLog(name)
              ? undefined
              : () => awake(statisticsOf(env, name).nudge()),
            isObjectsLog(name) ? undefined : sourceHealthTeller(env, ctx, name),
          ),
      }),
      LANE: countingObjects<Lane, LaneRemote>({
        ...shared,
        kind: 'lane',
        open: (lane, storage, awake) =>
          new Lane(
            lane,
            storage,
            ctx,
            async (replay) => void (await awake(wakeUps.send({ lane, ...(replay && { replay }) }))),
            undefined,
            undefined,
            healthTeller(env, ctx, lane),
          ),
      }),
      REPLAY: countingObjects<Replay, ReplayRemote>({
        ...shared,
        kind: 'replay',
        open: (_, storage) => new Replay(storage, replayDeps(env, ctx)),
      }),
      STATISTICS: countingObjects<Statistics, StatisticsRemote>({
        ...shared,
        kind: 'statistics',
        open: (name, storage) => new Statistics(name, storage, statisticsDeps(env, ctx)),
      }),
      WAREHOUSE: countingObjects<Warehouse, WarehouseRemote>({
        ...shared,
        kind: 'warehouse',
        open: (name, storage) => new Warehouse(name, storage, warehouseDeps(env, ctx, options.connectors)),
      }),
      OVERVIEW: countingObjects<WorkspaceOverview, WorkspaceOverviewRemote>({
        ...shared,
        kind: 'overview',
        open: (workspace, storage) => new WorkspaceOverview(storage, overviewDeps(env, ctx, workspace)),
      }),
      PULLER: countingObjects<Puller, PullerRemote>({
        ...shared,
        kind: 'puller',
        open: (name, storage) => new Puller(name, storage, pullerDeps(env, ctx)),
      }),
      SWEEP: countingObjects<Sweep, SweepRemote>({
        ...shared,
        kind: 'sweep',
        open: (_, storage) =>
          new Sweep(storage, {
            ctx,
            archive: bucket,
            events: env.EVENTS,
            intake: (source) => intakeOf(env, source),
          }),
      }),
    }
    this.#ctx = ctx
    this.#env = env
    this.#platform = platform(env, ctx, undefined, options.connectors)
  }

  /** With sources that have a webhook destination for each URL, made in the first workspace. */
  static async open(options: WorldOptions): Promise<World> {
    useSyncDigests()
    const world = new World(options)
    await world.#populate(options)
    return world
  }

  /** One request after the other, each when the one before is answered. */
  async send(requests: number, eventsPerRequest: number): Promise<void> {
    for (let request = 0; request < requests; request++) await this.sendAtOnce(1, eventsPerRequest)
  }

  /** All requests at this moment of the clock. */
  async sendAtOnce(requests: number, eventsPerRequest: number): Promise<void> {
    const path = eventsPerRequest === 1 ? '/v1/track' : '/v1/batch'
    const bodies = Array.from({ length: requests }, (_, at) =>
      bodyOf(this.#events + at * eventsPerRequest, eventsPerRequest),
    )
    this.#events += requests * eventsPerRequest
    const post = (body: string) =>
      this.invocations.as('worker', 'ingest', () => this.#post(path, body, this.#requests++ % this.sources.length))
    const responses = await this.clock.runUntil(Promise.all(bodies.map(post)))
    const { over } = this.invocations
    if (over !== undefined) throw new Error(`beyond what the platform gives an invocation: ${over}`)
    for (const response of responses) {
      if (response.status !== 200) throw new Error(`ingest answered ${response.status}: ${await response.text()}`)
      this.meter.add('workerRequests', 'ingest')
    }
  }

  /** Objects of one collection, set by third parties, one request after the other. */
  async set(collection: string, objects: readonly object[], perRequest: number): Promise<void> {
    for (let at = 0; at < objects.length; at += perRequest) {
      const body = JSON.stringify({ collection, objects: objects.slice(at, at + perRequest) })
      const response = await this.clock.runUntil(
        this.invocations.as('worker', 'ingest', () => this.#post('/v1/set', body)),
      )
      if (response.status !== 200) throw new Error(`set answered ${response.status}: ${await response.text()}`)
      this.meter.add('workerRequests', 'ingest')
    }
  }

  get sent(): number {
    return this.#events
  }

  /** Its first. */
  get source(): string {
    return this.sources[0] ?? ''
  }

  /** In the order of the destinations. */
  async ledgers(): Promise<Ledger[]> {
    const asking = Promise.all(this.destinations.map((id) => laneOf(this.#env, id).ledger()))
    await this.clock.runFor(4 * LATENCY.objectCall)
    return asking
  }

  /** A webhook destination of a source, by default of the first; its id. */
  async addDestination(
    url: string,
    pace: { concurrency?: number; rate?: number } = {},
    batchEvents?: number,
    sourceId = this.source,
  ): Promise<string> {
    const settings = { urls: [url], ...(batchEvents !== undefined && { batchEvents }) }
    const facts = { sourceId, metadataId: 'webhooks', enabled: true, settings }
    const { id } = await insertDestination(this.#db(), FIRST_WORKSPACE, { ...facts, ...pace }, { allowLocal: false })
    this.destinations.push(id)
    return id
  }

  /** The `data` of an answer of the Public API. Throws when it is an error. */
  async api<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const response = await this.clock.runUntil(
      this.invocations.as('worker', 'api', () => this.#request(new Request(`https://sluice.example/api${path}`, init))),
    )
    const json = (await response.json()) as { data: T }
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(json)}`)
    return json.data
  }

  async #populate({ urls, sources = 1, concurrency, batchEvents }: WorldOptions): Promise<void> {
    const pace = { ...(concurrency !== undefined && { concurrency }) }
    for (let at = 0; at < sources; at++) {
      const slug = at === 0 ? 'bench' : `bench-${at}`
      const names = { slug, name: slug, writeKey: writeKeyOf(at) }
      const { id } = await insertSource(this.#db(), FIRST_WORKSPACE, { ...names, metadataId: 'http', enabled: true })
      this.sources.push(id)
      for (const url of urls) await this.addDestination(url, pace, batchEvents, id)
    }
  }

  #db() {
    return openDatabase(this.#env.DB, undefined, this.#ctx)
  }

  async #fetch(request: OutgoingRequest, timeoutMs: number, receiver: Receiver): Promise<Response> {
    const { clock, invocations } = this
    invocations.count('request')
    const { usage } = invocations
    if (!usage) return receiver(request, timeoutMs)
    usage.spend({ bytes: request.body?.length ?? 0 })
    return usage.connections.useInTime(clock, timeoutMs, (leftMs) => receiver(request, leftMs))
  }

  /** To the source at a place in `sources`. */
  #post(path: string, body: string, source = 0): Promise<Response> {
    this.invocations.usage?.read(body.length)
    const headers = {
      authorization: `Basic ${btoa(`${writeKeyOf(source)}:`)}`,
      'content-type': 'application/json',
      'content-length': String(new TextEncoder().encode(body).length),
    }
    return this.#request(new Request(`https://sluice.example${path}`, { method: 'POST', headers, body }))
  }

  #request(request: Request): Promise<Response> {
    const execution = { waitUntil: () => undefined, passThroughOnException: () => undefined, props: {} }
    return Promise.resolve(this.#platform.http.fetch(request, this.#env, execution as unknown as ExecutionContext))
  }
}

function writeKeyOf(source: number): string {
  return `bench-write-key-${source}`
}

/** An object that waits for an answer is awake, and billed. */
function keepingAwake(lane: LaneRemote, awake: Awake): Pick<LaneRemote, 'register'> {
  return { register: (registration) => awake(lane.register(registration)) }
}

function healthy(clock: VirtualClock): Receiver {
  return async () => {
    await clock.sleep(LATENCY.receiver)
    return new Response(null, { status: 200 })
  }
}

function noQueue(): Queue<string> {
  return { send: () => Promise.reject(new Error('nothing is sent here')) } as unknown as Queue<string>
}

function noAssets(): Fetcher {
  return { fetch: () => Promise.reject(new Error('no device asks for anything here')) } as unknown as Fetcher
}
