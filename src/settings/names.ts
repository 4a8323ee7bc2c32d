const LONGEST = 100

/**
 * What no name has: control characters and line ends, which would become lines of a mail's head or of a log; signs that
 * turn the direction of what follows; halves of a character. Joiners stay: scripts and emoji need them.
 */
const UNFIT = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/**
 * What is wrong with a name that somebody gives to anything, a person, workspace, source or token, in a sentence; blanks
 * around it do not count. The one rule for all of them. `undefined`: nothing.
 */
export function nameProblem(name: string): string | undefined {
  const text = name.trim()
  if (text === '') return 'Must not be empty.'
  if (text.length > LONGEST) return `At most ${LONGEST} characters.`
  if (UNFIT.test(text)) return 'No line ends and no other control characters.'
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(text) ? undefined : 'Must have something that can be seen.'
}

/**
 * What of a name goes into a mail that strangers get: 40 characters, letters, digits and few signs. Without dots, colons
 * and slashes nothing in it is an address that could be followed.
 */
export function nameInMail(name: string): string {
  const clean = name.replaceAll(/[^\p{L}\p{M}\p{N}&'’+-]+/gu, ' ').trim()
  return Array.from(clean).slice(0, 40).join('').trim()
}
