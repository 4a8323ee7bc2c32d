import type { Redrive } from '../../../lane/index.ts'
import { checked } from '../../checked.ts'
import type { ControlDeps } from '../../request.ts'
import { redrive } from '../input.ts'
import { getDestination } from '../queries.ts'

/** What a redrive has begun. */
export interface RedriveReport {
  deadLetters: number
  events: number
  /** Whether that was all; else the lane goes on with the rest by itself, some hundreds a second. */
  complete: boolean
}

/**
 * Sends dead letters once more; `body` says which: `{"ids":[…]}`, `{"reason":"…"}` or `{"all":true}`. Throws `Refusal` 400
 * with every problem and its field, 404 where there is no such destination.
 */
export async function redriveDeadLetters(
  { db, lane }: Pick<ControlDeps, 'db' | 'lane'>,
  workspaceId: string,
  destinationId: string,
  body: unknown,
): Promise<RedriveReport> {
  const { ids, reason } = checked(redrive, body)
  const { id } = await getDestination(db, workspaceId, destinationId)
  const what: Redrive = ids ? { ids } : { before: null, ...(reason !== undefined && { reason }) }
  const { deadLetters, events, next } = await lane(id).redrive(what)
  return { deadLetters, events, complete: next === null }
}
