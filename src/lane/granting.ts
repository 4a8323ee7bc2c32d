import { type LaneConfig } from '../settings/index.ts'
import { isGone } from './backpressure.ts'
import { type Due, firstDue, firstOfAll, keyOf, liveLeases, nextProbe } from './due.ts'
import { makeGrant } from './grant.ts'
import { GrantSize } from './grant-size.ts'
import type { LaneAlarm } from './lane-alarm.ts'
import type { LaneMemory } from './memory.ts'
import { freeShare, narrowed, nextAfter, type Pace } from './pace.ts'
import type { Permitted } from './permits.ts'
import type { Grant, GrantLimits, Permit, Settlement } from './protocol.ts'
import type { Lease } from './work.ts'

/** Who may send what, and how fast: what the lane grants, and what it lends to replays. */
export class Granting {
  readonly #memory: LaneMemory
  readonly #alarm: LaneAlarm
  readonly #size = new GrantSize(8)

  constructor(memory: LaneMemory, alarm: LaneAlarm) {
    this.#memory = memory
    this.#alarm = alarm
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

  /** Whether there is something for one worker more than are out and those that are `expected`. */
  wantsWorker(expected: number): boolean {
    const { config } = this.#memory.state
    if (!config || !this.ready || !this.#pace(config)) return false
    return this.#live().length + expected < this.#memory.brake.limits(config).concurrency
  }

  /** Writes the next grant's lease into its group, if something is due and a worker may have it. */
  grant(within?: GrantLimits): Grant | null {
    const { state, brake, unit, ctx } = this.#memory
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
    const grant = makeGrant(ready, pace, { size: this.#size.events, probe, tried, config }, ctx)
    unit.touch(ready.work)
    this.#alarm.arm(ready.group.lease?.until ?? Infinity)
    return grant
  }

  /** What the answers mean for the lane as a whole, beside `Retry-After`. A grant whose lease has ended is too old to say. */
  heed(results: Settlement['results'], lease: Lease | Permitted): void {
    const { state, brake, unit, ctx } = this.#memory
    const { config } = state
    if (!config) return
    this.#size.adapt(results)
    // A permit's own rate is a part of the lane's, which knows already when the next request may go.
    if (!('replay' in lease) && lease.rate > 0 && lease.rate < 1) {
      state.nextAt = Math.max(state.nextAt, nextAfter(results, lease.rate, ctx.now()))
      unit.touchState()
    }
    if (brake.heed(results, lease, config, () => this.#live().length + 1)) unit.touchState()
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
    const limits = brake.limits(config)
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
    return this.#live().length <= brake.limits(config).concurrency
  }

  /** To replays as well, which a person has asked for, whatever the settings say. */
  get #isClosed(): boolean {
    const { state, brake, ctx } = this.#memory
    return state.goneAt !== null || brake.closedUntil > ctx.now()
  }

  #pace(config: LaneConfig): Pace | null {
    const { brake, state, permits, ctx } = this.#memory
    const limits = brake.limits(config)
    const pace = freeShare(limits, this.#live(), state.nextAt, ctx.now())
    return pace && permits.beside(pace, limits)
  }

  /** Everybody who may be sending: workers with a lease, and those of replays. */
  #live(): readonly { rate: number }[] {
    const { works, permits, ctx } = this.#memory
    return [...liveLeases(works, ctx.now()), ...permits.live]
  }
}
