import * as v from 'valibot'
import { EVENT_TYPES, parseTime } from '../../event/index.ts'
import { flag, timeText } from '../input.ts'

const time = v.pipe(
  timeText,
  v.transform((text) => parseTime(text) ?? 0),
)

/** What customers are asked for. */
export const newReplayRequest = v.strictObject({
  from: time,
  until: time,
  types: v.optional(
    v.pipe(
      v.array(v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`)),
      v.minLength(1, 'Name at least one call, or leave it out.'),
    ),
  ),
  words: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.nonEmpty('Say why: customers read it.'),
    v.maxLength(1_000, 'At most 1,000 characters.'),
  ),
})

/** What a customer says to it. */
export const replayAnswer = v.strictObject({ agreed: flag })
