import type { PulledObject, PulledPage } from './protocol.ts'
import type { PullerStore, StoredRun } from './store.ts'

/** What the last page of a list is kept as, whichever it was. */
const LAST_PAGE = 1e9
/** Ids of one list that are compared with those of the last time. */
const MOST_LISTED = 300_000

/** Objects that a whole list had the last time, and has no more. `collection`: of the list; `undefined`: it is none. */
export function missingIn(
  store: PullerStore,
  run: StoredRun,
  pass: string,
  page: PulledPage,
  collection: string | undefined,
): PulledObject[] {
  if (collection === undefined || page.next !== null) return []
  const left = new Set<string>()
  for (const id of store.listed(pass, run.id, false)) {
    left.add(id)
    if (left.size > MOST_LISTED) return []
  }
  if (left.size === 0) return []
  for (const id of store.listed(pass, run.id, true)) left.delete(id)
  for (const { id } of page.objects) left.delete(id)
  return [...left].map((id) => ({ collection, id, properties: {}, isDeleted: true }))
}

/** Keeps what a page has listed, in the transaction that goes on to the next one: `run.page` is that one's. */
export function noteListed(
  store: PullerStore,
  run: StoredRun,
  pass: string,
  { objects, next }: PulledPage,
  collection: string | undefined,
): void {
  if (collection === undefined) return
  const ids = objects.filter((object) => object.collection === collection).map(({ id }) => id)
  store.noteListed(pass, run.id, next === null ? LAST_PAGE : run.page, ids)
  if (next === null) store.keepListed(pass, run.id, true)
}
