import * as v from 'valibot'
import { emailProblems } from '../../accounts/index.ts'
import { name } from '../input.ts'

const text = (most: number) =>
  v.pipe(v.string('Must be text.'), v.trim(), v.maxLength(most, `At most ${most.toLocaleString('en-GB')} characters.`))

const colour = v.pipe(text(7), v.regex(/^(?:#[0-9a-f]{6})?$/i, 'Must be a colour such as #0b6b82, or empty.'))

const address = v.pipe(
  text(300),
  v.check((one) => one === '' || isHttps(one), 'Must be an address that begins with https://, or empty.'),
)

const within = (least: number, most: number) =>
  v.pipe(
    v.number('Must be a number.'),
    v.integer('Must be a whole number.'),
    v.minValue(least, `At least ${least}.`),
    v.maxValue(most, `At most ${most}.`),
  )

/** What of the programme is to be another; what is not named stays. */
export const programmeChanges = v.strictObject({
  name: v.optional(name),
  colour: v.optional(colour),
  colourDark: v.optional(colour),
  /** SVG as text, or a PNG in base64 or as a data address; empty: none. */
  logo: v.optional(text(120_000)),
  community: v.optional(address),
  terms: v.optional(address),
  contact: v.optional(
    v.pipe(
      text(300),
      v.check(
        (one) => one === '' || isHttps(one) || emailProblems(one).length === 0,
        'Must be an e-mail address, an address that begins with https://, or empty.',
      ),
    ),
  ),
  promisedDays: v.optional(within(1, 30)),
  customersNeeded: v.optional(within(1, 100)),
  customerDays: v.optional(within(1, 30)),
  customerWindow: v.optional(within(1, 30)),
  rolloutMinutes: v.optional(within(1, 10_080)),
})

function isHttps(one: string): boolean {
  return URL.canParse(one) && new URL(one).protocol === 'https:' && new URL(one).username === ''
}
