import { firstOfAll, nextLook, SAFETY_MS } from './due.ts'
import type { HealthReports } from './health.ts'
import type { LaneMemory } from './memory.ts'

/** What one call had to leave to the next follows after this. */
export const SOON_MS = 50
/** A redrive goes on after this. */
const REDRIVE_MS = 1_000

/** When the lane looks again though nobody calls. */
export class LaneAlarm {
  readonly #memory: LaneMemory
  /** What is to be told of its health; `null`: nobody is told. */
  readonly #reports: HealthReports | null
  /** When it is set, as far as this instance knows. */
  #armed: number | null = null

  constructor(memory: LaneMemory, reports: HealthReports | null) {
    this.#memory = memory
    this.#reports = reports
  }

  /** It has rung, so it is set no longer. */
  rang(): void {
    this.#armed = null
  }

  /** Makes sure that it rings at `at` (milliseconds) or before. */
  arm(at: number): void {
    if (this.#armed !== null && this.#armed <= at) return
    this.#armed = at
    void this.#memory.store.setAlarm(at)
  }

  /** Makes sure that it rings when there is something to do next, if there is. */
  armNext(): void {
    const { brake, state, terms, works, dead, held, reserved, ctx, unfinished } = this.#memory
    const notBefore = Math.max(brake.closedUntil, state.nextAt)
    if (state.tryOne) this.arm(ctx.now() + SAFETY_MS)
    const rules = { notBefore, mode: terms.mode, lag: terms.lag, hold: state.hold }
    const now = ctx.now()
    const others = Math.min(reserved.next, dead.expiry(state.redrives.length > 0))
    let next = Math.min(nextLook(works, now, rules), others)
    const { front } = held
    if (front && rules.mode === 'open') {
      const due = Math.max(front.due, notBefore)
      next = Math.min(next, due > now ? due : now + SAFETY_MS)
    }
    if (front && rules.mode !== 'paused') next = Math.min(next, Math.max(front.deadline + rules.lag, now + SAFETY_MS))
    if (state.redrives.length > 0) next = Math.min(next, now + REDRIVE_MS)
    const ending = terms.deleted && (front || firstOfAll(works, now))
    if (unfinished || ending) next = Math.min(next, now + SOON_MS)
    if (this.#reports) next = Math.min(next, this.#reports.next(state))
    if (next < Infinity) this.arm(next)
  }
}
