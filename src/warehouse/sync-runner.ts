import { WarehouseError } from '../connectors/index.ts'
import { objectsLog } from '../archive/index.ts'
import type { SpecEvent } from '../event/index.ts'
import type { Connection } from './connection.ts'
import { EVENTS, OBJECTS, objectsOf } from './content.ts'
import { readingOf, type WarehouseDeps } from './deps.ts'
import type { WarehouseDials } from './dials.ts'
import type { ErasedPeople } from './erased.ts'
import { loadLog } from './load.ts'
import type { WarehouseMemory, WarehouseStep } from './memory.ts'
import type { ConnectedSource, WarehouseTerms } from './protocol.ts'
import type { StoredPart, StoredSync } from './store.ts'
import type { SyncBook } from './sync-book.ts'

/** Syncs, one source after another. */
export class SyncRunner {
  readonly #memory: WarehouseMemory
  readonly #book: SyncBook
  readonly #people: ErasedPeople
  readonly #deps: WarehouseDeps
  readonly #dials: WarehouseDials

  constructor(
    memory: WarehouseMemory,
    book: SyncBook,
    people: ErasedPeople,
    deps: WarehouseDeps,
    dials: WarehouseDials,
  ) {
    this.#memory = memory
    this.#book = book
    this.#people = people
    this.#deps = deps
    this.#dials = dials
  }

  /** Goes on with the sync that is running, until it is over or the time is. */
  async goOn(
    step: WarehouseStep,
    sync: StoredSync,
    terms: WarehouseTerms,
    connection: Connection,
    end: number,
  ): Promise<void> {
    const { ctx } = this.#deps
    for (;;) {
      const source = terms.sources.find((one) => one.enabled && one.id > sync.after)
      if (!source) return this.#book.end(step, terms)
      const part = this.#memory.store.part(sync.n, source.id) ?? (await this.#partOf(step, sync, source))
      if (part) {
        try {
          if (!(await this.#load(step, sync, part, source, terms, connection, end))) return
        } catch (error) {
          if (!(error instanceof WarehouseError)) throw error
          // What cannot be opened at all fails for every source alike.
          if (this.#book.failed(step, sync, part, error, connection.isOpen)) return
          await connection.end()
          if (part.endedAt === null) return
        }
      }
      step.save(() => {
        sync.after = source.id
        sync.done++
        this.#memory.store.putSync(sync)
      })
      if (ctx.now() >= end) return
    }
  }

  /** What a sync has to do with a source; `null`: nothing is new. */
  async #partOf(step: WarehouseStep, sync: StoredSync, source: ConnectedSource): Promise<StoredPart | null> {
    const { ctx, intake } = this.#deps
    const hasObjects = source.objects !== 'none'
    const [{ log }, objects] = await Promise.all([
      intake(source.id).counters(),
      hasObjects ? intake(objectsLog(source.id)).counters() : null,
    ])
    step.check()
    const known = this.#memory.store.source(source.id)
    const now = ctx.now()
    const span = objects && { first: known?.objects?.cursor.seq ?? 1, last: objects.log.rows }
    const isNew = (known?.cursor?.seq ?? 1) <= log.rows || (span !== null && span.first <= span.last)
    const looks = log.rows > 0 && (sync.cause === 'person' || !known || now - known.lookedAt >= this.#dials.lookMs)
    // One that was never looked at is noted before it is loaded: else nobody sees that nothing of it is.
    if (!isNew || !known) {
      const until = isNew ? null : now
      const facts = { ...known, cursor: known?.cursor ?? null, lookedAt: known?.lookedAt ?? 0, until, last: log.rows }
      step.save(() => this.#memory.store.putSource(source.id, facts))
    }
    if (!isNew && !looks) return null
    return {
      n: sync.n,
      syncId: sync.id,
      sourceId: source.id,
      state: 'running',
      events: 0,
      rows: 0,
      startedAt: now,
      endedAt: null,
      error: null,
      tables: {},
      notices: [],
      first: known?.cursor?.seq ?? 1,
      last: log.rows,
      ...(span && { objects: span }),
      tries: 0,
    }
  }

  /** Loads what is new of one source; `false`: the time is over before that is done. */
  async #load(
    step: WarehouseStep,
    sync: StoredSync,
    part: StoredPart,
    source: ConnectedSource,
    terms: WarehouseTerms,
    connection: Connection,
    end: number,
  ): Promise<boolean> {
    if (part.endedAt !== null) return true
    const { ctx } = this.#deps
    const { schema, since, leftOut } = source
    const shared = { schema, since, leftOut, only: null }
    const session = await connection.session()
    const enough = () => ctx.now() >= end
    const { discards } = terms
    const times = { now: () => ctx.now(), rest: () => ctx.sleep(0) }
    const deps = { ...readingOf(terms, this.#memory, this.#deps, this.#dials), ...times, session, enough, discards }
    const takes = (event: SpecEvent) => this.#people.takes(event)
    const events = { ...shared, log: source.id, content: EVENTS, reader: 'sync', last: part.last, takes }
    for await (const loaded of loadLog(events, deps)) {
      this.#book.loaded(step, sync, part, loaded, 'events')
      if (enough()) return false
    }
    if (part.objects) {
      const { last } = part.objects
      const content = objectsOf(source.objects === 'alone')
      const log = objectsLog(source.id)
      // Whenever it was connected: an object that has not changed since is one all the same.
      const objects = { ...shared, since: null, log, content, reader: OBJECTS, last, takes: this.#people.takesObject }
      for await (const loaded of loadLog(objects, deps)) {
        this.#book.loaded(step, sync, part, loaded, 'objects')
        if (enough()) return false
      }
    }
    this.#book.done(step, sync, part)
    return true
  }
}
