import * as v from 'valibot'
import { emailProblems } from '../../accounts/index.ts'
import { name } from '../input.ts'
import { APPLICATION_STATES, DECISIONS, PARTNER_KINDS } from './states.ts'

const MOST_WORDS = 2_000

/** Words of a person, with line ends, for other people to read. */
const words = (most = MOST_WORDS) =>
  v.pipe(v.string('Must be text.'), v.trim(), v.maxLength(most, `At most ${most.toLocaleString('en-GB')} characters.`))
const wanted = (sentence: string) => v.pipe(words(), v.minLength(1, sentence))

/** A site as people write it, which becomes `https://example.com/`. */
const site = v.pipe(
  v.string('Must be text.'),
  v.trim(),
  v.maxLength(300, 'At most 300 characters.'),
  v.transform((text) => (/^https?:\/\//i.test(text) ? text : `https://${text}`)),
  v.check(isSite, 'This is no address of a web site, such as https://example.com.'),
  v.transform((text) => new URL(text).href),
)

/** What a company says of itself. */
export const newApplication = v.strictObject({
  company: name,
  site,
  email: v.pipe(
    v.string('Must be text.'),
    v.trim(),
    v.check((address) => emailProblems(address).length === 0, 'This is not an e-mail address.'),
    v.toLowerCase(),
  ),
  kind: v.picklist(PARTNER_KINDS, 'Choose one of the three.'),
  useCase: wanted('Say in a sentence or two what customers would do with it.'),
  dataToday: wanted('Say how customers get their data to you today, or that they do not.'),
  customers: v.optional(words(), ''),
})

/** What a reviewer decides: the applicant reads `words`. */
export const newDecision = v.strictObject({
  decision: v.picklist(DECISIONS, `Must be one of ${DECISIONS.join(', ')}.`),
  words: wanted('Say why, or what is to be said: the applicant reads it.'),
})

/** What an applicant answers when they were asked. */
export const newAnswer = v.strictObject({ words: wanted('Write your answer.') })

/** Which applications are wanted. */
export const applicationQuery = v.strictObject({
  state: v.picklist(APPLICATION_STATES, `Must be one of ${APPLICATION_STATES.join(', ')}.`),
})

function isSite(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { hostname, username, password } = new URL(text)
  return username === '' && password === '' && /^[^.]+(?:\.[^.]+)+$/.test(hostname)
}
