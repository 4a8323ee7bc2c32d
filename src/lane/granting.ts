import { type LaneConfig } from '../settings/index.ts'
import { isGone } from './backpressure.ts'
import { Demand } from './demand.ts'
import { type Due, dueEvents, firstDue, firstOfAll, keyOf, liveLeases, nextProbe } from './due.ts'
import { makeGrant } from './grant.ts'
import { GrantSize, MAX_GRANT } from './grant-size.ts'
import type { LaneAlarm } from './lane-alarm.ts'
import type { LaneMemory } from './memory.ts'
import { CEILING, CONNECTIONS } from './own-pace.ts'
import { freeShare, inFlightOf, type LaneLimits, type Live, narrowed, nextAfter, type Pace } from './pace.ts'
import type { Permitted } from './permits.ts'
import type { Grant, GrantLimits, Permit, PermitReport, SendResult } from './protocol.ts'
import type { Lease } from './work.ts'

/** So many workers a lane may always have that finds its own pace. */
const FEW = 4
/** Where more are needed they come together and share what is due; fewer are called one by one, and take as much as they can. */
const CROWD = 8
/** Wake-ups that one call sends. */
const MOST_CALLED = 10
/** Where many workers share what is due each has about so long, and so many events, or a grant costs more than it saves. */
const SHARE_MS = 1_600
const SHARE = 50
/** Longer than that no grant goes on. */
const LONGEST_MS = 5_000
/** Batches of a grant at most: two for each connection. */
const BATCHES = 12
/** How much the last grant says of how many events a request brings. */
const WEIGHT = 0.3
/** More that is due is not counted. */
const MOST_COUNTED = 100_000

/** Who may send what, and how fast: what the lane grants, and what it lends to replays. */
export class Granting {
  readonly #memory: LaneMemory
  readonly #alarm: LaneAlarm
  readonly #size = new GrantSize(8)
  readonly #demand: Demand
  /** Events of a request, on the average. */
  #perRequest = 1

  constructor(memory: LaneMemory, alarm: LaneAlarm) {
    this.#memory = memory
    this.#alarm = alarm
    this.#demand = new Demand(memory.ctx)
  }

  /** So many events have been registered. */
  came(events: number): void {
    this.#demand.note(events)
  }

  /** Nothing may be sent now, by its settings or because of its receiver. */
  get isHeld(): boolean {
    const { terms, state, brake, ctx } = this.#memory
    return terms.mode !== 'open' || (!state.tryOne && brake.closedUntil > ctx.now())
  }

  /** What would be granted next; `null`: nothing is due, or may be sent. */
  get ready(): Due | null {
    const { state, brake, works, ctx } = this.#memory
    if (!state.config || this.isHeld) return null
    const now = ctx.now()
    if (state.tryOne) return firstOfAll(works, now)
    return brake.probing ? nextProbe(works, now, brake.lastProbe) : firstDue(works, now)
  }

  /**
   * For how many workers more there is something, beside those that are out and those that are `expected`. `hurry`: only where
   * many are needed, since few are called one by one.
   */
  wanted(expected: number, hurry: boolean): number {
    const { state, brake } = this.#memory
    const { config } = state
    if (!config || !this.ready || !this.#pace(config)) return 0
    const limits = this.#limits(config)
    const out = this.#live().length + expected
    const needed = limits.own ? this.#needed(limits.own) : Infinity
    const most = Math.min(limits.concurrency, Math.max(FEW, needed))
    if (out >= most) return 0
    if (needed <= CROWD || !limits.own || brake.probing || state.tryOne) return hurry ? 0 : 1
    const grants = Math.ceil(this.#due() / Math.min(this.#size.events, this.#sizeFor(limits.own)))
    return Math.min(most - out, grants - expected, MOST_CALLED - expected)
  }

  /**
   * Makes a grant with the registration that is under way, for a worker that is still to be called; `null`: whoever comes asks
   * for one, since there is nothing for it or its lane is held back in some way.
   */
  reserve(): Grant | null {
    const { state, brake, reserved, dials } = this.#memory
    const { config } = state
    if (!config || config.replay || dials.keptMs === 0) return null
    // Below one request a second the lane paces by the moment in which a worker begins.
    if (state.tryOne || !brake.isEasy || (this.#limits(config).rate ?? 1) < 1) return null
    const grant = this.grant(undefined, dials.keptMs)
    if (grant) reserved.keep(grant, config)
    return grant
  }

  /** Writes the next grant's lease into its group, if something is due and a worker may have it. */
  grant(within?: GrantLimits, keptMs = 0): Grant | null {
    const { state, brake, finder, unit, ctx } = this.#memory
    const { ready } = this
    const { config } = state
    const free = ready && config ? this.#pace(config) : null
    if (!ready || !config || !free) return null
    const pace = within ? narrowed(free, within) : free
    const probe = brake.probing
    const tried = state.tryOne
    if (probe) brake.probe(keyOf(ready.work, ready.group))
    if (probe || tried) this.#size.events = 1
    if (pace.nextAt !== undefined) state.nextAt = pace.nextAt
    if (probe || tried || pace.nextAt !== undefined) unit.touchState()
    state.tryOne = false
    const { own } = this.#limits(config)
    const share = own && !probe && !tried ? this.#sizeFor(own) : Infinity
    const restMs = own ? (finder.base ?? undefined) : undefined
    const { progress } = this.#memory.dials
    const terms = { size: Math.min(this.#size.events, share), restMs, progress, keptMs, probe, tried, config }
    const grant = makeGrant(ready, pace, { ...terms, few: share < Infinity }, ctx)
    unit.touch(ready.work)
    this.#alarm.arm(keptMs > 0 ? ctx.now() + keptMs : (ready.group.lease?.until ?? Infinity))
    return grant
  }

  /** What the answers mean for the lane as a whole, beside `Retry-After`. A grant whose lease has ended is too old to say. */
  heed(report: Omit<PermitReport, 'version'>, lease: Lease | Permitted): void {
    const { state, brake, finder, history, unit, ctx } = this.#memory
    const { results } = report
    const { config } = state
    if (!config) return
    this.#size.adapt(results, Math.max(MAX_GRANT, BATCHES * (config.batch?.maxEvents ?? 1)))
    this.#noteBatches(results)
    // A permit's own rate is a part of the lane's, which knows already when the next request may go.
    if (!('replay' in lease) && lease.rate > 0 && lease.rate < 1) {
      state.nextAt = Math.max(state.nextAt, nextAfter(results, lease.rate, ctx.now()))
      unit.touchState()
    }
    const wasProbing = brake.probing
    if (brake.heed(results, lease, config, () => this.#live().length + 1)) unit.touchState()
    if (brake.probing && !wasProbing) history.opened(state.past, ctx.now())
    if (this.#findsOwn(config)) {
      const inFlight = inFlightOf([...this.#live().filter((one) => one !== lease), lease])
      if (finder.note(lease, report, { inFlight, ceiling: config.maxInFlight })) unit.touchState()
      if (brake.probing && !wasProbing) finder.interrupt()
    }
    // Whoever was told to try one in spite of everything has found that it can be done.
    if ('tried' in lease && results.some(({ outcome }) => outcome.kind === 'delivered')) {
      brake.lift()
      unit.touchState()
    }
    if (!results.some(isGone)) return
    state.goneAt = config.version
    unit.touchState()
  }

  /** A part of the pace for a worker of a replay, as `Lane.permit` says. */
  permit(replay: string, share: number): Permit | null {
    const { state, brake, permits, unit, works, ctx } = this.#memory
    const { config, nextAt } = state
    if (!config || config.deleted || this.#isClosed) return null
    const limits = this.#limits(config)
    const permit = permits.give(replay, share, {
      limits,
      timeoutMs: config.timeoutMs,
      leases: liveLeases(works, ctx.now()),
      waiting: this.ready !== null,
      nextAt,
      probing: brake.probing,
    })
    if (!permit) return null
    if (limits.rate !== null && limits.rate < 1) state.nextAt = ctx.now() + 1_000 / limits.rate
    unit.touchState()
    return permit
  }

  /** Whether a worker of a replay may go on. */
  get mayGoOn(): boolean {
    const { state, brake } = this.#memory
    const { config } = state
    if (!config || config.deleted || this.#isClosed || brake.probing) return false
    // A receiver that said 429 has one worker at a time.
    return this.#live().length <= this.#limits(config).concurrency
  }

  /** To replays as well, which a person has asked for, whatever the settings say. */
  get #isClosed(): boolean {
    const { state, brake, ctx } = this.#memory
    return state.goneAt !== null || brake.closedUntil > ctx.now()
  }

  #pace(config: LaneConfig): Pace | null {
    const { state, permits, ctx } = this.#memory
    const limits = this.#limits(config)
    const pace = freeShare(limits, this.#live(), state.nextAt, ctx.now())
    return pace && permits.beside(pace, limits)
  }

  /** Those of a replay are what permits let it have; all others go by their settings, or by what they have found out. */
  #findsOwn({ concurrency, replay }: LaneConfig): boolean {
    return concurrency === null && !replay
  }

  #limits(config: LaneConfig): LaneLimits {
    const { brake, finder } = this.#memory
    const { rate, concurrency, replay, maxInFlight = CEILING } = config
    if (concurrency !== null) return brake.limits({ rate, concurrency })
    if (replay) return brake.limits({ rate, concurrency: workersOf(maxInFlight * replay.share) })
    const inFlight = finder.limit(maxInFlight)
    const limits = brake.limits({ rate, concurrency: workersOf(inFlight) })
    const own = { inFlight: Math.min(inFlight, limits.concurrency * CONNECTIONS), latencyMs: finder.latency }
    return { ...limits, own }
  }

  /** Workers that all that comes in and waits needs. */
  #needed({ latencyMs }: NonNullable<LaneLimits['own']>): number {
    return latencyMs === null ? 1 : this.#demand.workers(this.#due(), latencyMs / this.#perRequest)
  }

  /** How many events a request brings, and that a grant has had more than it was to have: one batch goes in any case. */
  #noteBatches(results: readonly SendResult[]): void {
    const sent = results.filter(({ outcome }) => outcome.kind !== 'unsent')
    const batched = sent.flatMap(({ batch, events }) => (batch ? [{ batch, events: events.length }] : []))
    const events = batched.reduce((n, one) => n + one.events, 0)
    const requests = new Set(batched.flatMap(({ batch }) => batch.requests)).size
    if (batched.length < sent.length) this.#perRequest = 1
    if (requests === 0) return
    this.#perRequest += (events / requests - this.#perRequest) * WEIGHT
    if (this.#size.events > 1) this.#size.events = Math.max(this.#size.events, events)
  }

  #due(): number {
    const { works, held, ctx } = this.#memory
    const { front } = held
    return front && front.due <= ctx.now() ? Infinity : dueEvents(works, ctx.now(), MOST_COUNTED)
  }

  /** Events of a grant: where many workers are needed, what is due is shared among them. */
  #sizeFor(own: NonNullable<LaneLimits['own']>): number {
    const needed = this.#needed(own)
    if (own.latencyMs === null || needed <= CROWD) return Infinity
    const perMs = (CONNECTIONS * this.#perRequest) / Math.max(own.latencyMs, 1)
    const least = Math.min(Math.max(SHARE_MS * perMs, SHARE), LONGEST_MS * perMs)
    // What is found out by a grant is of use when it is settled.
    if (this.#memory.finder.isSearching) return Math.ceil(least)
    return Math.ceil(Math.max(least, this.#due() / Math.min(needed, workersOf(own.inFlight))))
  }

  /** Everybody who may be sending: workers with a lease, and those of replays. */
  #live(): readonly Live[] {
    const { works, permits, ctx } = this.#memory
    return [...liveLeases(works, ctx.now()), ...permits.live]
  }
}

function workersOf(inFlight: number): number {
  return Math.max(1, Math.ceil(inFlight / CONNECTIONS))
}
