import type { Job, JobOrder } from './protocol.ts'
import type { StoredJob } from './store.ts'

/** A job as it begins. `now`: milliseconds. */
export function jobOf(id: string, order: JobOrder, now: number): StoredJob {
  const facts = {
    id,
    state: 'waiting' as const,
    error: null,
    orderedAt: now,
    startedAt: null,
    endedAt: null,
    tries: 0,
    notBefore: 0,
  }
  if (order.kind === 'erasure') return { ...facts, ...order, removed: {}, tables: 0, place: null, within: null }
  if (order.kind === 'removal') return { ...facts, ...order, dropped: [], tables: null, known: [], seen: [] }
  const read = { events: 0, progress: 0, notices: [], last: null }
  const anew = { anew: [], taken: [], settles: false, after: null, gaveUp: null }
  if (order.kind === 'backfill') return { ...facts, ...order, ...read, ...anew, rows: 0, first: null, hasEvents: false }
  const begins = {
    tables: [],
    begun: false,
    at: null,
    mark: null,
    ...anew,
    folds: false,
  }
  return { ...facts, ...order, ...read, ...begins, filled: 0, read: 0 }
}

/** As people see it. */
export function presentJob(job: StoredJob): Job {
  if (job.kind === 'erasure') {
    const { tries: _tries, notBefore: _notBefore, place: _place, within: _within, ...facts } = job
    return facts
  }
  if (job.kind === 'removal') {
    const { tries: _tries, notBefore: _notBefore, known: _known, seen: _seen, ...facts } = job
    return facts
  }
  if (job.kind === 'backfill') {
    const { tries: _tries, notBefore: _notBefore, first: _first, last: _last, hasEvents: _hasEvents, ...own } = job
    const { anew: _anew, taken: _taken, settles: _settles, after: _after, gaveUp: _gaveUp, ...facts } = own
    return facts
  }
  const { tries: _tries, notBefore: _notBefore, tables: _tables, begun: _begun, at: _at, mark: _mark, ...more } = job
  const {
    settles: _settles,
    anew: _anew,
    taken: _taken,
    folds: _folds,
    after: _after,
    gaveUp: _gaveUp,
    ...facts
  } = more
  return facts
}

export function isOpen({ state }: Pick<StoredJob, 'state'>): boolean {
  return state === 'waiting' || state === 'running'
}

/** Whether nothing else may be loaded until the next step of it. */
export function isSettling(job: StoredJob): boolean {
  return isOpen(job) && (job.kind === 'retyping' || job.kind === 'backfill') && job.settles
}

/**
 * The open jobs that need not wait for another one, in the order in which they are to be done. While a column is filled, no
 * backfill brings rows behind it, nor is another column of the source filled; while tables are dropped nothing fills them.
 */
export function readyJobs(jobs: Iterable<StoredJob>): StoredJob[] {
  const open = [...jobs].filter(isOpen)
  const settling = open.find(isSettling)
  const ready = open.filter((job, at) => job !== settling && !open.slice(0, at).some((before) => excludes(before, job)))
  return settling ? [settling, ...ready] : ready
}

function excludes(one: StoredJob, other: StoredJob): boolean {
  if (one.kind === 'erasure' || other.kind === 'erasure' || one.sourceId !== other.sourceId) return false
  return [one, other].some(({ kind }) => kind === 'retyping' || kind === 'removal')
}
