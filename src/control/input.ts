import * as v from 'valibot'
import { MODES } from '../integrations/index.ts'
import { nameProblem } from '../settings/index.ts'
import { isObject, parseTime } from '../event/index.ts'

export const name = v.pipe(
  v.string('Must be text.'),
  v.description('1 to 100 characters, none of them a line end or another control character.'),
  v.trim(),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? nameProblem(dataset.value) : undefined
    if (problem) addIssue({ message: problem })
  }),
)
export const slug = v.pipe(
  v.string('Must be text.'),
  v.regex(/^[a-z0-9][a-z0-9_-]{0,62}$/i, 'A slug has letters, digits, - and _, at most 63.'),
)
export const flag = v.boolean('Must be true or false.')
export const timeText = v.pipe(
  v.string('Must be a time such as 2026-11-01T00:00:00Z.'),
  v.check((text) => parseTime(text) !== undefined, 'Must be a time such as 2026-11-01T00:00:00Z.'),
)
/** Not `v.record`, which leaves out names like `constructor` without a word. */
export const settings = v.custom<Record<string, unknown>>(isObject, 'Must be an object.')
export const rate = v.nullable(
  v.pipe(
    v.number('Must be a number.'),
    v.minValue(0.001, 'At least 0.001 a second.'),
    v.maxValue(100_000, 'At most 100000 a second.'),
  ),
)
/** Events a second that a source may send on the average of ten seconds. */
export const eventsPerSecond = v.nullable(
  v.pipe(
    v.number('Must be a number.'),
    v.integer('Must be a whole number.'),
    v.minValue(1, 'At least 1 a second.'),
    v.maxValue(100_000, 'At most 100000 a second.'),
  ),
)
/** Requests in flight at most, where a destination finds its own pace. */
export const maxInFlight = v.nullable(
  v.pipe(
    v.number('Must be a number.'),
    v.integer('Must be a whole number.'),
    v.minValue(1, 'At least 1.'),
    v.maxValue(600, 'At most 600.'),
  ),
)

export const mode = v.picklist(MODES, `Must be ${MODES.join(' or ')}.`)
