import * as v from 'valibot'
import { emailProblems } from '../../accounts/index.ts'
import { EVENT_TYPES } from '../../event/index.ts'
import { name } from '../input.ts'

const MOST_WORDS = 2_000

/** What somebody asks a customer for. */
export const newStreamRequest = v.strictObject({
  company: name,
  email: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.check((address) => emailProblems(address).length === 0, 'This is not an e-mail address.'),
    v.toLowerCase(),
  ),
  url: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.minLength(1, 'Say where the events are to be sent.'),
    v.maxLength(2_000, 'At most 2,000 characters.'),
  ),
  calls: v.pipe(
    v.array(v.picklist(EVENT_TYPES, `Must be one of ${EVENT_TYPES.join(', ')}.`)),
    v.minLength(1, 'Choose at least one.'),
    v.maxLength(EVENT_TYPES.length, 'Each once.'),
  ),
  words: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.minLength(1, 'Say what for: your customer reads it.'),
    v.maxLength(MOST_WORDS, `At most ${MOST_WORDS.toLocaleString('en-GB')} characters.`),
  ),
})

/** The end of the link that a customer follows, and what they give. */
export const newSharedStream = v.strictObject({
  token: v.pipe(v.string('Must be text.'), v.trim(), v.minLength(1, 'This is required.'), v.maxLength(200)),
  sourceId: v.string('Must be text.'),
})
