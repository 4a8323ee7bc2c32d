import type { LaneConfig } from '../settings/index.ts'
import type { LaneMemory } from './memory.ts'
import type { Grant } from './protocol.ts'

interface Kept {
  grant: Grant
  /** Milliseconds: it is handed over before then. */
  until: number
  /** The settings that it was made by. */
  config: LaneConfig
}

/**
 * Grants that were made with the registration that brought their events, and are kept for the workers that it calls: their
 * leases stand in the row that a registration writes anyway, so that no worker needs a row of its own to begin. Each is handed
 * over once. In memory only: an instance that finds such a lease in a row cannot know whether somebody has it, and waits for its
 * end.
 */
export class Reserved {
  readonly #memory: Pick<LaneMemory, 'state' | 'brake' | 'terms' | 'works' | 'dials' | 'ctx'>
  #kept: Kept[] = []

  constructor(memory: Pick<LaneMemory, 'state' | 'brake' | 'terms' | 'works' | 'dials' | 'ctx'>) {
    this.#memory = memory
  }

  /** Milliseconds when the first of them lapses. */
  get next(): number {
    return this.#kept[0]?.until ?? Infinity
  }

  keep(grant: Grant, config: LaneConfig): void {
    this.#kept.push({ grant, until: this.#memory.ctx.now() + this.#memory.dials.keptMs, config })
  }

  /** The first of them that is still good, which is its worker's from now on; `null`: there is none. */
  handOver(): Grant | null {
    this.lapse()
    const first = this.#kept.shift()
    const lease = first && this.#groupOf(first)?.lease
    if (!first || !lease) return null
    // Its row has it for longer: nobody knew yet when it would begin.
    const { ctx, dials } = this.#memory
    const now = ctx.now()
    lease.until -= lease.at + dials.keptMs - now
    lease.at = now
    return first.grant
  }

  /** Nobody is going to come: all of it is due again. */
  giveBack(): void {
    for (const one of this.#kept.splice(0)) delete this.#groupOf(one)?.lease
  }

  /** What nobody has come for in time, or may have no more: its events are due again. The row may stay as it is. */
  lapse(): void {
    const { ctx } = this.#memory
    const now = ctx.now()
    this.#kept = this.#kept.filter((one) => {
      const group = this.#groupOf(one)
      const isGood = group !== undefined && this.#mayGo(one) && one.until > now
      if (!isGood && group) delete group.lease
      return isGood
    })
  }

  /** Nothing has changed since that keeps it from being sent, or slows it. */
  #mayGo({ config }: Kept): boolean {
    const { state, brake, terms } = this.#memory
    return config === state.config && terms.mode === 'open' && brake.isEasy
  }

  #groupOf({ grant }: Kept) {
    return this.#memory.works.get(grant.work)?.groups.find(({ lease }) => lease?.id === grant.lease)
  }
}
