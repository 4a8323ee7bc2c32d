import * as v from 'valibot'

/** Whether a page helped. */
export const newFeedback = v.strictObject({
  helpful: v.picklist(['yes', 'no'], 'Say yes or no.'),
  words: v.optional(v.pipe(v.string('Must be text.'), v.trim(), v.maxLength(1_000, 'At most 1,000 characters.')), ''),
})
