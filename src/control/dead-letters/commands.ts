import type { Redrive } from '../../lane/index.ts'
import { refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { laneFilter } from './filter.ts'
import { redrive } from './input.ts'
import type { Lettered } from './owner.ts'

/** What a redrive has begun. */
export interface RedriveReport {
  /** Its number among those of this lane; `null`: there was nothing to send. */
  redrive: number | null
  deadLetters: number
  events: number
  /** Whether that was all; else the lane goes on with the rest by itself, some hundreds a second. */
  complete: boolean
}

/**
 * Sends dead letters once more; `body` says which: `{"ids":[…]}`, `{"events":[{"id":…,"event":…}]}`, `{"all":true}`, or a
 * filter of `reason`, `from` and `until`. Throws `Refusal` 400 with every problem and its field, 409 where nothing is sent any
 * more or too many redrives go on.
 */
export async function redriveDeadLetters(
  { lane }: Pick<ControlDeps, 'lane'>,
  of: Lettered,
  body: unknown,
): Promise<RedriveReport> {
  const { ids, events, all: _, ...filter } = checked(redrive, body)
  if (of.stopped !== null) throw refusal(409, of.stopped)
  const named = events?.map(({ id, event }) => ({ id, events: [event] }))
  const what: Redrive = ids ? { ids } : named ? { events: named } : { ...laneFilter(filter), before: null }
  const redriven = await lane(of.lane).redrive(what)
  if (!redriven)
    throw refusal(409, 'Eight redrives of other filters go on already. Ask again when one of them is through.')
  const { next, ...report } = redriven
  return { ...report, complete: next === null }
}
