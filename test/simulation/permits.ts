import type { PermitReport } from '../../src/lane/index.ts'
import type { Actor } from './actors.ts'

/** What a worker of a replay owes the lane whose receiver it sends to. */
interface Owing {
  permit: string
  /** Answers that it has heard, and those of them that it has told. */
  heard: number
  told: number
  done: boolean
}

/**
 * The workers that have a permit of one lane, held against what they tell it: every answer of its receiver, and that they are
 * done. One that a fault has struck is not asked.
 */
export class PermitBooks {
  readonly #workers = new Map<Actor, Owing>()

  given(permit: string, worker: Actor | null): void {
    if (worker) this.#workers.set(worker, { permit, heard: 0, told: 0, done: false })
  }

  /** The receiver has answered, or the worker has given up waiting for it. */
  answered(worker: Actor): void {
    const owing = this.#workers.get(worker)
    if (owing) owing.heard++
  }

  reported(permit: string, { results }: PermitReport, done: boolean): void {
    const owing = [...this.#workers.values()].find((one) => one.permit === permit)
    if (!owing) return
    for (const { outcome, events } of results) owing.told += outcome.kind === 'unsent' ? 0 : events.length
    owing.done ||= done
  }

  /** Its isolate died, a call of it went wrong, or its time was over. */
  struck(worker: Actor): void {
    this.#workers.delete(worker)
  }

  /** The permit's lane crashed over a call. */
  lost(permit: string): void {
    for (const [worker, owing] of this.#workers) if (owing.permit === permit) this.#workers.delete(worker)
  }

  forget(): void {
    this.#workers.clear()
  }

  /** What a worker that has come to its end has kept to itself; `null`: nothing. */
  problem(worker: Actor): string | null {
    const owing = this.#workers.get(worker)
    if (!owing) return null
    this.#workers.delete(worker)
    const { heard, told, done } = owing
    if (told < heard) return `${worker.name} had a permit, heard ${heard} answers and told of ${told}`
    return done ? null : `${worker.name} had a permit and never gave it back`
  }
}
