import * as v from 'valibot'
import { flag, settings } from '../input.ts'

/** A connection as it is to be; what is not named stays. */
export const cloudConnection = v.strictObject({
  settings: v.optional(settings),
  leftOut: v.optional(
    v.pipe(
      v.array(v.pipe(v.string('Must be text.'), v.maxLength(100, 'At most 100 letters.')), 'Must be a list.'),
      v.maxLength(200, 'At most 200.'),
    ),
  ),
  added: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string('Must be text.'), v.regex(/^[A-Za-z]\w{0,99}$/, 'Must be a name as the vendor has it.')),
        'Must be a list.',
      ),
      v.maxLength(200, 'At most 200.'),
    ),
  ),
  paused: v.optional(flag),
})
