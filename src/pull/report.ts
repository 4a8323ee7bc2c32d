import type { PullReport, PullRun } from './protocol.ts'
import type { StoredPuller, StoredRun } from './store.ts'

/** How a puller stands, as others are told; `null`: it is gone. */
export function pullReportOf(state: StoredPuller | null, at: number): PullReport {
  const { run = null, last = null, nextAt = null, failures = 0, error = null, waiting = null } = state ?? {}
  const { objects = 0, calls = 0, counts = {}, known = {} } = state ?? {}
  const names = [...new Set([...Object.keys(counts), ...Object.keys(known)])].toSorted()
  return {
    state: failures > 0 ? 'failing' : run ? 'running' : 'idle',
    run: run && pullRunOf(run),
    last,
    nextAt,
    failures,
    error,
    waiting,
    objects,
    calls,
    collections: Object.fromEntries(
      names.map((name) => [name, { objects: counts[name] ?? 0, isWhole: known[name] !== undefined }]),
    ),
    at,
  }
}

/** What is shown of a run. */
export function pullRunOf(run: StoredRun): PullRun {
  const { id, cause, startedAt, endedAt, objects, calls, passes, expected, troubles } = run
  return { id, cause, startedAt, endedAt, objects, calls, passes, expected, troubles }
}
