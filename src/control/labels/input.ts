import * as v from 'valibot'
import { name } from '../input.ts'
import { MOST_OF_SOURCE } from './schema.ts'

/** It stands in a path, where these would be steps of it. */
const word = v.pipe(
  name,
  v.check((text) => text !== '.' && text !== '..', 'Must be more than dots.'),
)
const description = v.pipe(v.string('Must be text.'), v.trim(), v.maxLength(500, 'At most 500 characters.'))

export const newLabel = v.strictObject({
  label: v.strictObject({ key: word, value: word, description: v.optional(description, '') }),
})

/** As an answer has them: the description may stand there, and is the label's own. */
export const labelsOfSource = v.strictObject({
  labels: v.pipe(
    v.array(
      v.strictObject({ key: word, value: word, description: v.optional(description) }),
      'Must be a list of labels, each with key and value.',
    ),
    v.maxLength(MOST_OF_SOURCE, `At most ${MOST_OF_SOURCE} labels.`),
  ),
})
