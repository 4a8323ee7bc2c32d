import { batchOfKey, batchTime, listRaw } from '../archive/index.ts'

export interface OrphanDeps {
  archive: R2Bucket
  /** Whether the log has this batch. */
  isKnown(batch: string): boolean
}

/**
 * Deletes archive objects of a source that its log lacks: written by a route that died before its commit, or whose
 * commit was refused. Looks at objects begun in [from, until), in milliseconds; `until` must be so long ago that no
 * commit can still be on its way. Answers how many went.
 */
export async function removeOrphans(source: string, from: number, until: number, deps: OrphanDeps): Promise<number> {
  let removed = 0
  for await (const keys of listRaw(deps.archive, source, from, until)) {
    const orphans = keys.filter((key) => {
      const batch = batchOfKey(key)
      const begun = batchTime(batch)
      return begun >= from && begun < until && !deps.isKnown(batch)
    })
    if (orphans.length > 0) await deps.archive.delete(orphans)
    removed += orphans.length
  }
  return removed
}
