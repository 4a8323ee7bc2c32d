import { WarehouseError } from '../connectors/index.ts'
import type { Connection } from './connection.ts'
import { readingOf, type WarehouseDeps } from './deps.ts'
import type { WarehouseDials } from './dials.ts'
import type { ErasedPeople } from './erased.ts'
import { isOpen, isSettling, jobOf, presentJob, readyJobs } from './jobs.ts'
import type { WarehouseMemory, WarehouseStep } from './memory.ts'
import { afterFailure, perform } from './perform.ts'
import type { Job, JobOrder, WarehouseTerms } from './protocol.ts'
import type { StoredJob } from './store.ts'

/** Jobs that are done beside the syncs, in the order in which they were ordered. */
export class JobQueue {
  readonly #memory: WarehouseMemory
  readonly #people: ErasedPeople
  readonly #deps: WarehouseDeps
  readonly #dials: WarehouseDials

  constructor(memory: WarehouseMemory, people: ErasedPeople, deps: WarehouseDeps, dials: WarehouseDials) {
    this.#memory = memory
    this.#people = people
    this.#deps = deps
    this.#dials = dials
  }

  /** Orders a job under an id that is the caller's. `null`: too many are open. The same again changes nothing. */
  async order(id: string, order: JobOrder): Promise<Job | null> {
    const { ctx } = this.#deps
    const state = this.#memory.begun()
    const known = this.#memory.jobs.get(id)
    if (known) return presentJob(known)
    const { jobs: most, openJobs } = this.#dials.bounds
    const all = [...this.#memory.jobs.values()]
    if (all.filter(isOpen).length >= openJobs) return null
    const job = jobOf(id, order, ctx.now())
    // A source that is not loaded any more is forgotten.
    if (job.kind === 'removal') job.known = this.#memory.store.source(job.sourceId)?.objects?.tables ?? []
    const over = all.filter((one) => !isOpen(one))
    const gone = over.slice(0, Math.max(0, over.length - most + 1))
    this.#memory.store.save(state, () => {
      for (const one of gone) this.#memory.store.deleteJob(one.id)
      this.#memory.store.putJob(job)
      // Before a row of theirs is removed, so that no sync loads one behind it.
      if (job.kind === 'erasure') {
        this.#memory.store.putErased(job.userIds, job.orderedAt)
        this.#people.forget(job.userIds)
      }
    })
    for (const one of gone) this.#memory.jobs.delete(one.id)
    this.#memory.jobs.set(id, job)
    this.#memory.erased = this.#memory.store.erased()
    await this.#memory.store.setAlarm(ctx.now())
    return presentJob(job)
  }

  /** `false`: it is over already, or there is none. Erasures and removals are not taken back. */
  async cancel(id: string): Promise<boolean> {
    const job = this.#memory.jobs.get(id)
    const now = this.#deps.ctx.now()
    if (!job || !this.#memory.state || !isOpen(job) || isSettling(job)) return false
    if (job.kind === 'erasure' || job.kind === 'removal') return false
    // What it has made in the warehouse goes first.
    if (job.kind === 'retyping' || job.anew.length > 0)
      Object.assign(job, { gaveUp: 'cancelled', error: null, tries: 0, notBefore: now })
    else Object.assign(job, { state: 'cancelled', endedAt: now })
    this.#memory.store.save(this.#memory.state, () => this.#memory.store.putJob(job))
    await this.#memory.store.setAlarm(now)
    return true
  }

  /** The newest first. */
  list(): Job[] {
    return [...this.#memory.jobs.values()].toReversed().map(presentJob)
  }

  get(id: string): Job | null {
    const job = this.#memory.jobs.get(id)
    return job ? presentJob(job) : null
  }

  /** Those that are open and need not wait for another one. */
  ready(): StoredJob[] {
    return readyJobs(this.#memory.jobs.values())
  }

  /** Whether nothing else may be loaded. */
  get settles(): boolean {
    return [...this.#memory.jobs.values()].some(isSettling)
  }

  /** Other terms: all are tried at once. */
  hurry(): void {
    for (const job of this.#memory.jobs.values()) job.notBefore = 0
  }

  /** Does some of a job. */
  async run(
    step: WarehouseStep,
    job: StoredJob,
    terms: WarehouseTerms,
    connection: Connection,
    end: number,
  ): Promise<void> {
    const { ctx } = this.#deps
    job.startedAt ??= ctx.now()
    job.state = 'running'
    try {
      const done = await perform(job, {
        terms,
        session: await connection.session(),
        store: this.#memory.store,
        reading: { ...readingOf(terms, this.#memory, this.#deps, this.#dials), intake: this.#deps.intake },
        now: () => ctx.now(),
        rest: () => ctx.sleep(0),
        isOver: () => ctx.now() >= end,
        takes: (event) => this.#people.takes(event),
        takesObject: (object) => this.#people.takesObject(object),
        stopped: (source) => this.#deps.stopped(source),
        save: (one, changes, beside) => step.saveJob(one, changes, beside),
      })
      // Once more: a step that was under way when it was ordered may have noted something of them.
      const forget = job.kind === 'erasure' ? () => this.#people.forget(job.userIds) : undefined
      if (done) step.saveJob(job, { state: 'done', endedAt: ctx.now(), error: null }, forget)
    } catch (error) {
      if (!(error instanceof WarehouseError)) throw error
      await connection.end()
      const { pauseMs, longestPauseMs } = this.#dials
      const pause = (tries: number) => Math.min(longestPauseMs, pauseMs * 2 ** Math.min(tries - 1, 20))
      step.saveJob(job, afterFailure(job, error, ctx.now(), pause))
    }
  }
}
