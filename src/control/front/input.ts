import * as v from 'valibot'
import { EVENT_TYPES } from '../../event/index.ts'

/** Which call is to be sent where. */
export const exampleOrder = v.strictObject({
  type: v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`),
  endpoint: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.minLength(1, 'Say where it is to be sent.'),
    v.maxLength(2_000, 'At most 2,000 characters.'),
  ),
})
