import type { Redrive, RedriveOutcome } from '../../lane/index.ts'
import { refusal } from '../../refusal.ts'
import { checked } from '../checked.ts'
import type { ControlDeps } from '../request.ts'
import { eventFilter, laneFilter } from './filter.ts'
import { redrive, redriveChange } from './input.ts'
import type { Lettered } from './owner.ts'

/** What a redrive has begun. */
export interface RedriveReport {
  /** Its number among those of this lane; `null`: there was nothing to send. */
  redrive: number | null
  deadLetters: number
  events: number
  /** Whether that was all; else the lane goes on with the rest by itself, some hundreds a second at most. */
  complete: boolean
}

/**
 * Sends dead letters once more; `body` says which: `{"ids":[…]}`, `{"events":[{"id":…,"event":…}]}`, `{"all":true}`, or a
 * filter of `reason`, `from`, `until`, `event`, `type` and `userId`. Throws `Refusal` 400 with every problem and its field, 409 where nothing is sent any
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
  const what: Redrive = ids
    ? { ids }
    : named
      ? { events: named }
      : { ...laneFilter(filter), ...eventFilter(filter), before: null }
  const redriven = await lane(of.lane).redrive(what)
  if (!redriven)
    throw refusal(409, 'Eight redrives of other filters go on already. Ask again when one of them is through.')
  const { next, ...report } = redriven
  return { ...report, complete: next === null }
}

/**
 * Ends a redrive that goes on, `{"state":"cancelled"}`: what is on its way goes on, what it has not come to stays dead. Once more
 * changes nothing. Throws `Refusal` 400, 404 where there is none of this number, 409 where nothing more of it was to come.
 */
export async function updateRedrive(
  { lane }: Pick<ControlDeps, 'lane'>,
  of: Lettered,
  id: number,
  body: unknown,
): Promise<RedriveOutcome> {
  checked(redriveChange, body)
  const redriven = await lane(of.lane).cancelRedrive(id)
  if (!redriven) throw refusal(404, 'There is no such redrive: the last 20 are remembered.')
  if (!redriven.cancelled) throw refusal(409, 'It is through: all that it means is on its way, or has been.')
  return redriven
}
