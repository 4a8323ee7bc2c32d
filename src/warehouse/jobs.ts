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
  return { ...facts, ...order, events: 0, rows: 0, progress: 0, notices: [], first: null, last: null }
}

/** As people see it. */
export function presentJob(job: StoredJob): Job {
  if (job.kind === 'erasure') {
    const { tries: _tries, notBefore: _notBefore, place: _place, within: _within, ...facts } = job
    return facts
  }
  const { tries: _tries, notBefore: _notBefore, first: _first, last: _last, ...facts } = job
  return facts
}
