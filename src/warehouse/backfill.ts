import { foldNotices } from '../tables/index.ts'
import { EVENTS } from './content.ts'
import { isOpen } from './jobs.ts'
import type { ConnectedSource } from './protocol.ts'
import { forgetAnew, notReread, rereadObjects } from './reread.ts'
import { loadLog } from './load.ts'
import type { StoredBackfill } from './store.ts'
import { rowsIn, shareRead } from './syncs.ts'
import type { JobWork } from './work.ts'

/**
 * Loads some of what the source's log had when it was ordered, and then its objects; `false`: the time is over before all is
 * read. Objects are read as their log is now: only so they are as they were set last.
 */
export async function backfill(job: StoredBackfill, work: JobWork): Promise<boolean> {
  const { terms, session, store, reading, save } = work
  const source = terms.sources.find(({ id }) => id === job.sourceId)
  if (!source) {
    const error = { code: 'source_gone', words: 'The source is not connected any more.', retry: false }
    save(job, { state: 'failed', endedAt: work.now(), error })
    return false
  }
  if (job.gaveUp !== null) {
    await forgetAnew(job, source.schema, session.rereading, work)
    save(job, { state: job.gaveUp, endedAt: work.now() })
    return false
  }
  if (job.hasEvents) return objectsOfSource(job, source, work)
  if (job.last === null) {
    const { log } = await reading.intake(source.id).counters()
    save(job, { last: log.rows })
  }
  const last = job.last ?? 0
  const what = {
    log: source.id,
    content: EVENTS,
    schema: source.schema,
    reader: `backfill:${job.id}`,
    since: job.from,
    last,
    leftOut: source.leftOut,
    only: job.collections,
    takes: work.takes,
  }
  const enough = () => work.isOver() || !isOpen(job)
  const loading = loadLog(what, {
    ...reading,
    session,
    enough,
    now: work.now,
    rest: work.rest,
    discards: terms.discards,
  })
  for await (const { to, events, inserted, notices, catalogue } of loading) {
    if (!isOpen(job)) return false
    job.first ??= to.seq
    const { first } = job
    save(
      job,
      {
        tries: 0,
        error: null,
        events: job.events + events,
        rows: job.rows + rowsIn(inserted),
        progress: shareRead([{ first, last }], 0, to.seq),
        notices: foldNotices(job.notices, notices),
      },
      () => {
        store.noteTables(source.id, catalogue, work.now())
        store.countRows(source.id, inserted)
      },
    )
    if (enough()) return false
  }
  if (!isOpen(job)) return false
  save(job, { hasEvents: true })
  return !work.isOver() && objectsOfSource(job, source, work)
}

/** Reads those that are wanted, if there are any. */
async function objectsOfSource(job: StoredBackfill, source: ConnectedSource, work: JobWork): Promise<boolean> {
  const { collections } = job
  const known = work.store.source(source.id)?.objects?.tables ?? []
  const isWanted =
    source.objects !== 'none' &&
    (collections === null || source.objects === 'alone' || known.some((table) => collections.includes(table)))
  if (!isWanted) return true
  const { rereading } = work.session
  if (rereading) {
    if (!(await rereadObjects(job, source, { tables: collections }, rereading, work))) return false
    await forgetAnew(job, source.schema, rereading, work)
    return true
  }
  // Of a source with both its events were read.
  if (source.objects === 'some' && collections === null) return true
  throw notReread()
}
