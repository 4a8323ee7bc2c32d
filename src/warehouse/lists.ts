import { cutPage, type Listed, mapPage, type Page } from '../settings/index.ts'
import type { KnownTable, SourceSync, Sync } from './protocol.ts'
import type { WarehouseStore } from './store.ts'
import { presentPart, presentSync } from './syncs.ts'

/** Of all sources, the newest first. */
export function listSyncs(store: WarehouseStore, page: Page): Listed<Sync> {
  const listed = cutPage(store.syncs(), page, ({ n }) => [-n])
  return mapPage(listed, presentSync)
}

/** `null`: there was none of this id, or it is not kept any more. */
export function getSync(store: WarehouseStore, id: string): Sync | null {
  const sync = store.syncs().find((one) => one.id === id)
  return sync ? presentSync(sync) : null
}

/** What syncs did with single sources, of one sync or one source if so wished, the newest first. */
export function listSourceSyncs(
  store: WarehouseStore,
  of: { syncId?: string; sourceId?: string },
  page: Page,
): Listed<SourceSync> {
  const n = of.syncId === undefined ? undefined : (store.syncs().find(({ id }) => id === of.syncId)?.n ?? -1)
  const parts = store.parts({
    ...(n !== undefined && { n }),
    ...(of.sourceId !== undefined && { sourceId: of.sourceId }),
  })
  const listed = cutPage(parts, page, (part) => [-part.n, part.sourceId])
  return mapPage(listed, presentPart)
}

/** The tables that syncs have seen, by source and name. */
export function listTables(
  store: WarehouseStore,
  of: { sourceId?: string; text?: string },
  page: Page,
): Listed<KnownTable> {
  const wanted = (of.text ?? '').trim().toLowerCase()
  const all = store.tables(of.sourceId).filter(({ name }) => name.includes(wanted))
  return cutPage(all, page, ({ sourceId, name }) => [sourceId, name])
}

/** One of them with its columns; `null`: no sync has seen it. */
export function getTable(store: WarehouseStore, sourceId: string, name: string): KnownTable | null {
  return store.tables(sourceId).find((table) => table.name === name) ?? null
}
