import * as v from 'valibot'

const MOST_WORDS = 2_000

/** Why a version is taken back: its partner and every reviewer read it. */
export const newRevert = v.strictObject({
  words: v.optional(
    v.pipe(
      v.string('Must be text.'),
      v.trim(),
      v.maxLength(MOST_WORDS, `At most ${MOST_WORDS.toLocaleString('en-GB')} characters.`),
    ),
    '',
  ),
})
