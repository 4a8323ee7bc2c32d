import type { Context } from '../context.ts'
import type { LaneConfig, Schedule } from '../settings/index.ts'
import type { Backpressure } from './backpressure.ts'
import type { LaneMode } from './due.ts'
import { ageLimitMs, delayMs } from './schedule.ts'
import { lagOf, stand } from './paused-clock.ts'
import type { LaneState } from './store.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import type { NewFacts } from './work.ts'

/** Far longer than any replay takes. */
const REPLAYED_MS = 10 * 365 * 24 * 3_600_000

/** The settings that a lane goes by, and what they and a receiver that is gone for good make of time and deadlines. */
export class Terms {
  readonly #state: LaneState
  readonly #brake: Backpressure
  readonly #unit: UnitOfWork
  readonly #ctx: Pick<Context, 'now' | 'random'>

  constructor(
    { state, brake, unit }: { state: LaneState; brake: Backpressure; unit: UnitOfWork },
    ctx: Pick<Context, 'now' | 'random'>,
  ) {
    this.#state = state
    this.#brake = brake
    this.#unit = unit
    this.#ctx = ctx
  }

  /** Takes settings over that are newer than those in force. */
  adopt(config: LaneConfig): void {
    const known = this.#state.config
    // A deletion is the last word, whatever was changed at the same moment.
    if (known?.deleted || (known && !config.deleted && !isNewer(config, known))) return
    const { standing, goneAt } = this.#state
    if (known && config.enabled && isMended(known, config)) {
      // What the receiver has said was said before the change of a person, and counts no longer.
      this.#brake.lift()
      this.#state.mendedIn = config.version
      // Another address may be another receiver.
      if (known.settings !== config.settings) this.#state.own = null
    }
    this.#state.config = config
    this.#state.standing = stand(standing, config.enabled && config.paused === true, this.#ctx.now())
    if (goneAt !== null && config.enabled && config.version > goneAt) this.#state.goneAt = null
    this.#unit.touchState()
  }

  get mode(): LaneMode {
    if (this.#state.config?.enabled === false || this.#state.goneAt !== null) return 'disabled'
    return this.#state.config?.paused ? 'paused' : 'open'
  }

  get deleted(): boolean {
    return this.#state.config?.deleted === true
  }

  /** By how many milliseconds the lane's own time lags behind. */
  get lag(): number {
    return lagOf(this.#state.standing, this.#ctx.now())
  }

  get schedule(): Schedule {
    return this.#state.config?.schedule ?? 'segment-4h'
  }

  newFacts(): NewFacts {
    const now = this.#ctx.now()
    const due = now + (delayMs(this.#ctx, this.schedule, 0) ?? 0)
    // What a replay sends is old already, and waits for its share: only attempts end it.
    const age = this.#state.config?.replay ? REPLAYED_MS : ageLimitMs(this.schedule)
    return { now, due, deadline: now - this.lag + age }
  }

  /** Whether what waits outside of memory has to be looked at: it may be sent, or its time is over. */
  isCalled({ due, deadline }: { due: number; deadline: number }): boolean {
    const now = this.#ctx.now()
    if (this.deleted) return true
    return (this.mode === 'open' && due <= now) || (this.mode !== 'paused' && deadline + this.lag <= now)
  }
}

function isNewer(config: LaneConfig, known: LaneConfig): boolean {
  if (config.version !== known.version) return config.version > known.version
  return (config.replay?.revision ?? 0) > (known.replay?.revision ?? 0)
}

/** Whether a person has changed what a receiver's answer was about: where and with what it is sent, or that it is sent at all. */
function isMended(before: LaneConfig, after: LaneConfig): boolean {
  const goesOn = !before.enabled || (before.paused === true && after.paused !== true)
  return goesOn || (before.settings !== undefined && before.settings !== after.settings)
}
