import { batchOfKey, batchTime, listShared, type SharedObject } from '../archive/index.ts'
import { readLog } from './log.ts'
import { CommittedBatches } from './orphans.ts'
import type { IntakeRemote } from './remote.ts'

export interface SharedOrphanPass {
  archive: R2Bucket
  intake(source: string): Pick<IntakeRemote, 'log'>
  /** The key up to which everything is looked at already; absent: none. */
  after: string | undefined
  /** Objects begun from then on (milliseconds) stay: so long ago that no commit can be on its way any more. */
  until: number
  /** Pages that are listed at most. */
  pages: number
  /** How long after its begin a batch may be committed, in milliseconds. */
  staleMs: number
}

/** What of a pass is done. */
export interface SharedOrphansGone {
  removed: number
  /** Objects that no log is known to have, and one could not say: they stay. */
  unknown: number
  /** The key up to which the pass has come. */
  after: string | undefined
  /** There is more that is old enough. */
  more: boolean
}

/**
 * Deletes shared objects that no source's log has: written by a route that died before any of its commits. Each source that
 * an object names is asked until one has it: one log a source and page, as long as nothing has died. Rejects when R2 does
 * not answer.
 */
export async function removeSharedOrphans(pass: SharedOrphanPass): Promise<SharedOrphansGone> {
  const { archive, until, pages } = pass
  let { after } = pass
  let removed = 0
  let unknown = 0
  for (let page = 0; page < pages; page++) {
    const { objects, more } = await listShared(archive, after)
    const old = objects.filter(({ key }) => begunAt(key) < until)
    const found = await neededBy(old, pass)
    const orphans = old.filter((_, at) => found[at] === 'nobody').map(({ key }) => key)
    if (orphans.length > 0) await archive.delete(orphans)
    removed += orphans.length
    unknown += found.filter((one) => one === 'unknown').length
    after = old.at(-1)?.key ?? after
    if (!more || old.length < objects.length) return { removed, unknown, after, more: false }
  }
  return { removed, unknown, after, more: true }
}

type Needed = 'somebody' | 'nobody' | 'unknown'

/** Of each object whether a log has it. One that names nobody is not one of ours. */
async function neededBy(objects: readonly SharedObject[], pass: SharedOrphanPass): Promise<Needed[]> {
  const needed = objects.map(({ shares }): Needed => (shares.length === 0 ? 'unknown' : 'nobody'))
  const most = Math.max(0, ...objects.map(({ shares }) => shares.length))
  for (let turn = 0; turn < most; turn++) {
    const asked = new Map<string, { at: number; batch: string }[]>()
    for (const [at, { shares }] of objects.entries()) {
      const share = needed[at] === 'somebody' ? undefined : shares[turn]
      if (share) asked.set(share.source, [...(asked.get(share.source) ?? []), { at, batch: share.batch }])
    }
    for (const [source, shares] of asked) {
      const known = await committed(
        source,
        shares.map(({ batch }) => batch),
        pass,
      ).catch(() => null)
      for (const { at, batch } of shares) {
        if (!known) needed[at] = 'unknown'
        // Under another key: it was written alone, when this object came too late.
        else if (known.get(batch) === objects[at]?.key) needed[at] = 'somebody'
      }
    }
  }
  return needed
}

/** The keys, by batch, of those that a source's log has, these batches among them if it has them. */
async function committed(
  source: string,
  batches: readonly string[],
  { archive, intake, staleMs }: SharedOrphanPass,
): Promise<ReadonlyMap<string, string>> {
  const times = batches.map(batchTime)
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const log = new CommittedBatches((since) => readLog({ source, intake: intake(source), archive }, { since }))
  // With room on both sides, as for the objects of one source.
  return log.between(first, first - staleMs, last + 2 * staleMs)
}

function begunAt(key: string): number {
  return batchTime(batchOfKey(key))
}
