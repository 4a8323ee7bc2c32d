import type { WarehouseMemory } from './memory.ts'
import type { SourceReport, WarehouseReport, WarehouseTerms } from './protocol.ts'
import type { WarehouseStore } from './store.ts'
import { presentSync } from './syncs.ts'

/** How it stands at `now`, in milliseconds; by `terms`, of the sources that are enabled by them. */
export function reportOfWarehouse(
  { store, state, sync }: WarehouseMemory,
  now: number,
  terms?: WarehouseTerms,
): WarehouseReport {
  const { nextAt = null, failures = 0, error = null, rows = 0 } = state ?? {}
  const isRunning = sync?.endedAt === null
  const last = isRunning ? store.syncs()[1] : sync
  const sources = store.sources()
  const connected = terms
    ? terms.sources.filter((one) => one.enabled).map(({ id }) => sources.get(id))
    : [...sources.values()]
  const times = connected.map((source) => source?.until ?? null)
  return {
    state: terms?.enabled === false ? 'disabled' : isRunning ? 'running' : failures > 0 ? 'failing' : 'idle',
    nextAt: terms?.enabled === false ? null : nextAt,
    failures,
    error,
    current: isRunning ? presentSync(sync) : null,
    last: last ? presentSync(last) : null,
    until: times.length === 0 || times.includes(null) ? null : Math.min(...times.map((time) => time ?? 0)),
    rows,
    at: now,
  }
}

/** Where it is with each source. */
export function sourceReportsOf(store: WarehouseStore): SourceReport[] {
  return [...store.sources()].map(([sourceId, { cursor, until, last }]) => ({
    sourceId,
    until,
    next: cursor?.seq ?? 1,
    last,
  }))
}
