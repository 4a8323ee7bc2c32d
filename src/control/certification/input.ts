import * as v from 'valibot'
import { TEST_CALLS } from '../../certify/index.ts'
import { settings } from '../input.ts'

const READ_BACK_CHARS = 2_048

/** Where an endpoint says what it has of an event. */
const readBack = v.pipe(
  v.string('Must be text.'),
  v.maxLength(READ_BACK_CHARS, `At most ${READ_BACK_CHARS} characters.`),
  v.check((url) => url.includes('{messageId}'), 'Must have {messageId} where the id of the event goes.'),
)

/** In whose name an endpoint is certified: settings of a customer of the partner's own, made for this. */
export const newCertification = v.strictObject({
  settings,
  readBack: v.optional(readBack),
})

/** One request of the console. */
export const testCall = v.strictObject({
  call: v.picklist(TEST_CALLS, `Must be one of ${TEST_CALLS.join(', ')}.`),
  settings,
})
