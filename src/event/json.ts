declare global {
  // In the runtime (V8 12 and later), and not yet in TypeScript's own library.
  interface JSON {
    parse(text: string, reviver: (key: string, value: unknown, facts: { source?: string }) => unknown): unknown
    rawJSON(text: string): ExactNumber
    isRawJSON(value: unknown): value is ExactNumber
  }
}

/** A number that no double carries, by the text that was sent. `JSON.stringify` writes it as it came. */
export interface ExactNumber {
  readonly rawJSON: string
}

/**
 * `JSON.parse` for everything that is an event: numbers that a double would change (more than fifteen digits, or beyond
 * its exponents) become `ExactNumber`s, all others are numbers. Where a text has none, as nearly always, it costs a glance
 * over it. Throws `SyntaxError`, and `RangeError` for a text with such numbers that nests a thousand levels deep and more.
 */
export function parseJson(text: string): unknown {
  return hasLongNumber(text) || FAR_EXPONENT.test(text) ? JSON.parse(text, keepExact) : (JSON.parse(text) as unknown)
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return JSON.isRawJSON(value)
}

function keepExact(_key: string, value: unknown, { source }: { source?: string }): unknown {
  return typeof value === 'number' && source !== undefined && isChanged(value, source) ? JSON.rawJSON(source) : value
}

/** Numbers below lose digits, down to none. */
const LEAST_EXACT = 2.2250738585072014e-308
/** Decimal digits that every double keeps. */
const SURE_DIGITS = 15

/** Whether a number is another than the text says. `1.0` is 1 and `1e3` is 1000: those are only written otherwise. */
function isChanged(value: number, source: string): boolean {
  if (String(value) === source) return false
  const digits = source
    .replace(/[eE].*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
  if (digits === '') return false
  return !Number.isFinite(value) || Math.abs(value) < LEAST_EXACT || digits.length > SURE_DIGITS
}

/** Three digits of an exponent at the end of a value: with fewer, a short number stays within a double's range. */
const FAR_EXPONENT = /[eE][-+]?\d{3,}\s*[,\]}]/
/** Characters of the shortest number that may have more digits than a double keeps. */
const LONG = SURE_DIGITS + 1
/** What may stand before and after a number; anything else is a part of a string. */
const BEFORE = ':,[- \t\r\n'
const AFTER = ',]}eE \t\r\n'

/**
 * Whether there is a long run of digits that may be a number. Only every sixteenth character is looked at, since no such
 * run fits between two of them: a regular expression takes as long as `JSON.parse`, this a tenth.
 */
function hasLongNumber(text: string): boolean {
  for (let at = LONG - 1; at < text.length; at += LONG) {
    if (!isDigit(text.charCodeAt(at))) continue
    let from = at
    let to = at + 1
    while (isDigit(text.charCodeAt(from - 1))) from--
    while (isDigit(text.charCodeAt(to))) to++
    if (to - from >= LONG && BEFORE.includes(text.charAt(from - 1)) && AFTER.includes(text.charAt(to))) return true
    // The run is known; the next step begins in or behind it.
    at += Math.floor((to - 1 - at) / LONG) * LONG
  }
  return false
}

/** A digit, or the point between two. */
function isDigit(char: number): boolean {
  return (char >= 0x30 && char <= 0x39) || char === 0x2e
}
