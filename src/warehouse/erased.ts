import type { SpecEvent } from '../event/index.ts'
import { type CollectedObject, isForWarehouse } from '../tables/index.ts'
import type { WarehouseMemory } from './memory.ts'
import { withoutPeople } from './samples.ts'

/** People who were erased: what they had sent is not loaded again, and nothing that was noted of them is kept. */
export class ErasedPeople {
  readonly #memory: WarehouseMemory

  constructor(memory: WarehouseMemory) {
    this.#memory = memory
  }

  /** What syncs and jobs noted of people, as samples of what was not loaded as it was sent, is forgotten. */
  forget(userIds: readonly string[]): void {
    this.#memory.store.forgetSamples(userIds)
    for (const job of this.#memory.jobs.values()) {
      const notices = job.kind === 'erasure' || job.kind === 'removal' ? null : withoutPeople(job.notices, userIds)
      if (!notices) continue
      Object.assign(job, { notices })
      this.#memory.store.putJob(job)
    }
  }

  /** What its sender wants elsewhere is not loaded, nor what a person who was erased had sent until then. */
  takes(event: SpecEvent): boolean {
    const { userId, receivedAt } = event
    if (!isForWarehouse(event, this.#memory.id)) return false
    const at = typeof userId === 'string' ? this.#memory.erased.get(userId) : undefined
    return at === undefined || Date.parse(receivedAt) > at
  }

  /** Nor an object of theirs, as far as it says whose it is. */
  readonly takesObject = ({ properties, receivedAt }: CollectedObject): boolean => {
    const { user_id: user = properties['userId'] } = properties
    const at = typeof user === 'string' ? this.#memory.erased.get(user) : undefined
    return at === undefined || Date.parse(receivedAt) > at
  }
}
