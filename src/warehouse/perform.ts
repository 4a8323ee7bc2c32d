import type { WarehouseError } from '../connectors/index.ts'
import { backfill } from './backfill.ts'
import { erase } from './erasure.ts'
import type { Trouble } from './protocol.ts'
import { remove } from './removal.ts'
import { NOT_REREAD } from './reread.ts'
import { retype } from './retyping.ts'
import type { StoredJob } from './store.ts'
import type { JobWork } from './work.ts'

/** A job waits longer each time, and is given up after so many. */
const MOST_TRIES = 20
/** Of statements that mend something: those that make views again may be long. */
const SQL_CHARS = 20_000

/** Does some of a job; `false`: there is more to be done, or it came to nothing. */
export function perform(job: StoredJob, what: JobWork): Promise<boolean> {
  switch (job.kind) {
    case 'backfill':
      return backfill(job, what)
    case 'erasure':
      return erase(job, what)
    case 'retyping':
      return retype(job, what)
    case 'removal':
      return remove(job, what)
  }
}

/** What becomes of a job that failed. `now`: milliseconds; `pause`: those until the next attempt, by how many there were. */
export function afterFailure(
  job: StoredJob,
  failure: WarehouseError,
  now: number,
  pause: (tries: number) => number,
): Partial<StoredJob> {
  const tries = job.tries + 1
  const isLast = tries >= MOST_TRIES
  const error = { ...troubleOf(failure), ...(failure.sql !== undefined && { sql: failure.sql.slice(0, SQL_CHARS) }) }
  const again = { tries, error, notBefore: now + pause(tries) }
  switch (job.kind) {
    case 'erasure':
      return again
    case 'removal':
      return isLast || !failure.retry ? { ...again, state: 'failed', endedAt: now } : again
    case 'backfill': {
      // The reason why it is given up stays; that a table of ours cannot be removed is not one.
      if (job.gaveUp !== null)
        return isLast || !failure.retry ? { state: job.gaveUp, endedAt: now } : { tries, notBefore: again.notBefore }
      const isOver = isLast || failure.code === NOT_REREAD
      if (!isOver) return { ...again, settles: false }
      return job.anew.length > 0
        ? { ...again, settles: false, gaveUp: 'failed', tries: 0, notBefore: now }
        : { ...again, state: 'failed', endedAt: now }
    }
    case 'retyping': {
      // The reason why it is given up stays; that a column of ours cannot be removed is not one.
      if (job.gaveUp !== null)
        return isLast || !failure.retry ? { state: job.gaveUp, endedAt: now } : { tries, notBefore: again.notBefore }
      // Filled as it is it waits for whoever can mend that, and others are not kept waiting by it.
      const mayWait = failure.retry || job.settles
      const isOver = isLast || !mayWait
      return { ...again, settles: false, ...(isOver && { gaveUp: 'failed', tries: 0, notBefore: now }) }
    }
  }
}

export function troubleOf({ code, message, retry }: WarehouseError): Trouble {
  return { code, words: message, retry }
}
