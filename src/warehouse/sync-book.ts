import { randomId } from '../context.ts'
import type { WarehouseError } from '../connectors/index.ts'
import { foldNotices } from '../tables/index.ts'
import type { WarehouseDeps } from './deps.ts'
import type { WarehouseDials } from './dials.ts'
import type { LoadedPortion } from './load.ts'
import type { WarehouseMemory, WarehouseStep } from './memory.ts'
import { troubleOf } from './perform.ts'
import type { Sync, WarehouseTerms } from './protocol.ts'
import { nextSync } from './schedule.ts'
import type { StoredPart, StoredSync, StoredWarehouse } from './store.ts'
import { addTables, presentSync, progressOfSync, rowsIn } from './syncs.ts'

/** A source whose warehouse fails for a moment is tried again at once, so often. */
const MOST_TRIES = 3

/** What is stored of syncs: what they were wanted for, what they have loaded, and how they ended. */
export class SyncBook {
  readonly #memory: WarehouseMemory
  readonly #deps: WarehouseDeps
  readonly #dials: WarehouseDials

  constructor(memory: WarehouseMemory, deps: WarehouseDeps, dials: WarehouseDials) {
    this.#memory = memory
    this.#deps = deps
    this.#dials = dials
  }

  /** The sync that is running or about to; where there is none one is wanted now. */
  want(): { sync: Sync; isToBegin: boolean } {
    const state = this.#memory.begun()
    if (this.#memory.sync?.endedAt === null) return { sync: presentSync(this.#memory.sync), isToBegin: false }
    const { ctx } = this.#deps
    if (!state.wanted) {
      state.wanted = { id: randomId(ctx, 'syn_'), cause: 'person' }
      this.#memory.store.save(state)
    }
    const { id, cause } = state.wanted
    return { sync: { ...NOT_BEGUN, id, cause, startedAt: ctx.now() }, isToBegin: true }
  }

  /** Whether one is to begin. */
  isDue({ wanted, nextAt }: StoredWarehouse): boolean {
    return wanted !== null || (nextAt !== null && nextAt <= this.#deps.ctx.now())
  }

  /** Begins one, which is the one that is wanted, if there is one. */
  begin(state: StoredWarehouse, terms: WarehouseTerms): void {
    const { ctx } = this.#deps
    const { id, cause } = state.wanted ?? {
      id: randomId(ctx, 'syn_'),
      cause: state.failures > 0 ? ('retry' as const) : ('schedule' as const),
    }
    const sync: StoredSync = {
      ...NOT_BEGUN,
      id,
      cause,
      n: state.syncs + 1,
      after: '',
      startedAt: ctx.now(),
      sources: terms.sources.filter(({ enabled }) => enabled).length,
      done: 0,
    }
    Object.assign(state, { wanted: null, nextAt: null, syncs: sync.n })
    this.#memory.store.save(state, () => {
      this.#memory.store.putSync(sync)
      this.#memory.store.keepSources(terms.sources.map((source) => source.id))
    })
    this.#memory.sync = sync
  }

  /** Without `terms` it has failed as a whole. */
  end(step: WarehouseStep, terms?: WarehouseTerms): void {
    const sync = this.#memory.sync
    if (!sync) return
    const { ctx } = this.#deps
    step.save((state) => {
      const now = ctx.now()
      sync.endedAt = now
      sync.progress = 1
      if (terms && !terms.enabled) sync.error ??= { code: 'disabled', words: 'It was disabled meanwhile.', retry: true }
      sync.state = sync.error ? (sync.rows > 0 ? 'partial' : 'failed') : sync.notices > 0 ? 'partial' : 'success'
      if (sync.error && terms?.enabled !== false) {
        state.failures++
        state.error = sync.error
        const { pauseMs, longestPauseMs } = this.#dials
        state.nextAt = now + Math.min(longestPauseMs, pauseMs * 2 ** Math.min(state.failures - 1, 20))
      } else if (terms) {
        state.failures = 0
        state.error = null
        state.nextAt = nextSync(terms.schedule, now)
      }
      this.#memory.store.putSync(sync)
    })
  }

  /** A portion is in the warehouse. */
  loaded(
    step: WarehouseStep,
    sync: StoredSync,
    part: StoredPart,
    loaded: LoadedPortion,
    of: 'events' | 'objects',
  ): void {
    const { to, committedAt, events, inserted, merged, notices, catalogue } = loaded
    const { ctx } = this.#deps
    const { countedTables } = this.#dials.bounds
    const rows = rowsIn(inserted)
    step.save((state) => {
      part.events += events
      part.rows += rows
      part.tables = addTables(part.tables, inserted, countedTables)
      part.notices = foldNotices(part.notices, notices)
      part.tries = 0
      sync.events += events
      sync.rows += rows
      sync.progress = progressOfSync(sync, part, of, to)
      sync.notices += notices.reduce((n, { count }) => n + count, 0)
      state.rows += rows
      const known = this.#memory.store.source(part.sourceId)
      const until = committedAt === null || of === 'objects' ? (known?.until ?? null) : Date.parse(committedAt)
      const before = { ...known, cursor: known?.cursor ?? null, last: part.last, lookedAt: known?.lookedAt ?? 0, until }
      const tables = [...new Set([...(known?.objects?.tables ?? []), ...merged])]
      const moved =
        of === 'events' ? { cursor: to } : { objects: { cursor: to, last: part.objects?.last ?? 0, tables } }
      this.#memory.store.putSource(part.sourceId, { ...before, ...moved })
      this.#memory.store.noteTables(part.sourceId, catalogue, ctx.now())
      this.#memory.store.countRows(part.sourceId, inserted)
      this.#putPart(part)
      this.#memory.store.putSync(sync)
    })
  }

  #putPart(part: StoredPart): void {
    const isNothing = part.state === 'success' && part.events === 0
    if (!isNothing) this.#memory.store.putPart(part)
  }

  /** A source could not be loaded; `true`: nor can any other, so the sync is over. */
  failed(step: WarehouseStep, sync: StoredSync, part: StoredPart, error: WarehouseError, wasOpen: boolean): boolean {
    const { ctx } = this.#deps
    const trouble = troubleOf(error)
    part.tries++
    const again = wasOpen && error.retry && part.tries < MOST_TRIES
    step.save(() => {
      if (!again) {
        part.error = trouble
        part.endedAt = ctx.now()
        part.state = part.rows > 0 ? 'partial' : 'failed'
        sync.error = trouble
      }
      this.#memory.store.putPart(part)
      this.#memory.store.putSync(sync)
    })
    ctx.log('warn', 'a warehouse fails', {
      warehouse: this.#memory.id,
      source: part.sourceId,
      code: error.code,
      error: String(error),
      ...(error.cause !== undefined && { cause: messageOfCause(error.cause) }),
    })
    if (wasOpen) return false
    this.end(step)
    return true
  }

  /** A source is done. */
  done(step: WarehouseStep, sync: StoredSync, part: StoredPart): void {
    const { ctx } = this.#deps
    step.save(() => {
      const now = ctx.now()
      part.endedAt = now
      part.state = part.notices.length > 0 ? 'partial' : 'success'
      const known = this.#memory.store.source(part.sourceId)
      const cursor = known?.cursor ?? null
      // What was committed since it was looked at is not loaded, so all that is loaded is older than this sync.
      this.#memory.store.putSource(part.sourceId, {
        ...known,
        cursor,
        until: sync.startedAt,
        last: part.last,
        lookedAt: now,
      })
      this.#putPart(part)
    })
  }
}

const NOT_BEGUN = {
  state: 'running',
  events: 0,
  rows: 0,
  notices: 0,
  progress: 0,
  endedAt: null,
  error: null,
} as const

function messageOfCause(cause: unknown): string {
  return cause instanceof Error ? cause.message : JSON.stringify(cause)
}
