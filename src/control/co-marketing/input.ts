import * as v from 'valibot'
import { emailProblems } from '../../accounts/index.ts'
import { flag, name } from '../input.ts'

const MOST_WORDS = 2_000

/** A customer who does something exciting. */
export const newStory = v.strictObject({
  company: name,
  email: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.check((address) => emailProblems(address).length === 0, 'This is not an e-mail address.'),
    v.toLowerCase(),
  ),
  customer: name,
  words: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.minLength(1, 'Say what they do, and what came of it.'),
    v.maxLength(MOST_WORDS, `At most ${MOST_WORDS.toLocaleString('en-GB')} characters.`),
  ),
  agreed: v.pipe(
    flag,
    v.check((agreed) => agreed, 'Ask your customer first: we write to nobody who has not agreed.'),
  ),
})
