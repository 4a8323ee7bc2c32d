import * as v from 'valibot'
import { parseTime } from '../../event/index.ts'
import { flag, name, timeText } from '../input.ts'
import { ACTS, LIFE_TRANSITIONS } from './states.ts'
import { SUBMISSION_VIEWS } from './views.ts'

const MOST_WORDS = 2_000

/** Words of a person, with line ends, for other people to read. */
const words = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.maxLength(MOST_WORDS, `At most ${MOST_WORDS.toLocaleString('en-GB')} characters.`),
)

/** What people do; the rest the platform does by itself. */
const BY_PEOPLE = ACTS.filter((act) => LIFE_TRANSITIONS[act].by.some((one) => one !== 'platform'))

/** An act on an integration: the other side reads `words`. */
export const newAct = v.pipe(
  v.strictObject({
    act: v.picklist(BY_PEOPLE, `Must be one of ${BY_PEOPLE.join(', ')}.`),
    words: v.optional(words, ''),
    /** `deprecate` only: when it ends. */
    endsAt: v.optional(
      v.pipe(
        timeText,
        v.transform((text) => parseTime(text) ?? 0),
      ),
    ),
  }),
  v.forward(
    v.check(({ act, words: said }) => !LIFE_TRANSITIONS[act].words || said !== '', 'Say why: the other side reads it.'),
    ['words'],
  ),
  v.forward(
    v.check(
      ({ act, endsAt }) => (act === 'deprecate') === (endsAt !== undefined),
      'Deprecating says when it ends, and nothing else does.',
    ),
    ['endsAt'],
  ),
)

/** An invitation to the private beta. */
export const newBetaLink = v.strictObject({
  label: name,
  most: v.optional(
    v.pipe(
      v.number('Must be a number.'),
      v.integer('Must be a whole number.'),
      v.minValue(1, 'At least 1.'),
      v.maxValue(100, 'At most 100.'),
    ),
    1,
  ),
})

/** Which integrations of partners are wanted. */
export const submissionQuery = v.strictObject({
  view: v.picklist(SUBMISSION_VIEWS, `Must be one of ${SUBMISSION_VIEWS.join(', ')}.`),
})

/** The secret of an invitation: the end of its link. */
export const betaGuest = v.strictObject({
  token: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.minLength(1, 'This is required.'),
    v.maxLength(200, 'At most 200 characters.'),
  ),
})

/** What a customer allows the maker of an integration to be told. */
export const consentChanges = v.pipe(
  v.strictObject({ named: v.optional(flag), samples: v.optional(flag) }),
  v.check((changes) => Object.keys(changes).length > 0, 'Say what to change: named or samples.'),
)
