import * as v from 'valibot'
import { parseTime } from '../../event/index.ts'
import { timeText } from '../input.ts'

/** Days of which figures are told: at most as many as are kept. */
export const growthQuery = v.strictObject({
  days: v.pipe(
    v.string(),
    v.regex(/^\d{1,3}$/, 'Must be a whole number of days.'),
    v.transform(Number),
    v.minValue(1, 'At least 1.'),
    v.maxValue(400, 'At most 400.'),
  ),
})

const time = v.pipe(
  timeText,
  v.transform((text) => parseTime(text) ?? 0),
)

/** Hours in which an integration will not answer as usual. */
export const newMaintenance = v.strictObject({
  startsAt: time,
  endsAt: time,
  words: v.optional(v.pipe(v.string('Must be text.'), v.trim(), v.maxLength(500, 'At most 500 characters.')), ''),
})
