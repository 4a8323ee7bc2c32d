import * as v from 'valibot'
import { EVENT_TYPES } from '../../event/index.ts'
import { flag, timeText } from '../input.ts'

const texts = (what: string, most: number) =>
  v.pipe(
    v.array(
      v.pipe(v.string('Must be text.'), v.nonEmpty('Must not be empty.'), v.maxLength(200, 'At most 200 letters.')),
    ),
    v.minLength(1, `Name at least one ${what}, or leave it out.`),
    v.maxLength(most, `At most ${most}.`),
  )
const share = v.pipe(
  v.number('Must be a number: a part of all, such as 0.25.'),
  v.minValue(0.01, 'At least one percent.'),
  v.maxValue(1, 'At most all of it.'),
)
const sample = v.pipe(
  v.number('Must be a number: a part of all, such as 0.25.'),
  v.gtValue(0, 'Must be more than nobody.'),
  v.maxValue(1, 'At most everybody.'),
)

export const newReplay = v.strictObject({
  sourceId: v.string('Must be text.'),
  destinationId: v.string('Must be text.'),
  from: timeText,
  until: v.optional(timeText),
  types: v.optional(
    v.pipe(
      v.array(v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`)),
      v.minLength(1, 'Name at least one call, or leave it out.'),
    ),
  ),
  events: v.optional(texts('event', 50)),
  userIds: v.optional(texts('user', 1_000)),
  sample: v.optional(sample),
  share: v.optional(share, 0.25),
  dryRun: v.optional(flag, false),
})

export const replayChanges = v.pipe(
  v.strictObject({
    state: v.optional(v.picklist(['running', 'paused', 'cancelled'], 'Must be running, paused or cancelled.')),
    share: v.optional(share),
  }),
  v.check((changes) => Object.keys(changes).length > 0, 'Say what to change: state or share.'),
)
