import * as v from 'valibot'
import { refusal } from '../../refusal.ts'

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

/** The number of a version in a path. Throws 404. */
export function versionNumber(text: string | undefined): number {
  if (!/^[1-9]\d{0,8}$/.test(text ?? '')) throw refusal(404, `There is no version ${text}.`)
  return Number(text)
}
