import { parked, requeueParked } from '../../inbox/index.ts'
import { refusal } from '../../refusal.ts'
import { endAlert } from '../alerts/index.ts'
import type { ControlDeps } from '../request.ts'
import { goRound } from './rounds.ts'
import { watchAll } from './watch.ts'

/** Longer than a commit may take. */
const ORPHAN_MS = 10 * 60_000

/** What one call has found. */
export interface RecoveryReport {
  /** Batches in the inbox that are on their way again. */
  queued: number
  /** Objects of the archive that no commit names, removed. */
  orphansRemoved: number
  /** Whether everything was looked at; else the next call goes on where this one stopped. */
  complete: boolean
}

/** Sees to everything that may be owed, now and not in an hour, and removes what no commit names. */
export async function recover(deps: ControlDeps): Promise<RecoveryReport> {
  const { queued, complete } = await deps.sweep().recover()
  await watchAll(deps)
  let orphansRemoved = await deps.sweep().removeOrphans(ORPHAN_MS)
  const look = async (id: string) => void (orphansRemoved += await deps.intake(id).removeOrphans(ORPHAN_MS))
  const looked = await goRound('orphans', 'sources', look, deps)
  return { queued, orphansRemoved, complete: complete && looked }
}

/** Puts a parked batch on its way again. Throws 404 where none is parked under this id. */
export async function requeueBatch(deps: Pick<ControlDeps, 'archive' | 'queue' | 'db'>, accept: string): Promise<void> {
  if (!(await requeueParked(accept, deps))) throw refusal(404, `Nothing is parked as ${accept}.`)
  const { accepts } = await parked(deps)
  if (accepts.length === 0) await endAlert(deps, 'parked', 'parked_message')
}
