/** Words that lie in one already: nearly all keys of nearly all events. */
const PLAIN = /^[a-z0-9]+(?:_[a-z0-9]+)*$/
/** Small letters and digits, and a `_` before one of them: what a name begins with as it is. */
const GOOD_START = /^[a-z0-9]+(?:_[a-z0-9]+)*/
/** A word: capitals and digits, then small letters and digits. */
const WORD = /[A-Z0-9]+[a-z0-9]*|[a-z0-9]+/g
const CAPITALS_FIRST = /^[A-Z][A-Z0-9]*[a-z0-9]*/

/**
 * A name in snake case, as Segment's warehouses write it: `Order Completed` → `order_completed`, `omega v2` → `omega_v2`,
 * `samPLE` → `sam_ple`. Only ASCII letters and digits are parts of words, everything else separates them; `''` for a text
 * that has none.
 */
export function snakeCase(text: string): string {
  if (PLAIN.test(text)) return text
  const start = GOOD_START.exec(text)?.[0] ?? ''
  let rest = text.slice(start.length)
  let name = start
  // `2FA` is one word: capitals go on where no small letter has come since the last `_`.
  if (!/[a-z]/.test(start.slice(start.lastIndexOf('_') + 1))) {
    const more = CAPITALS_FIRST.exec(rest)?.[0] ?? ''
    name += more.toLowerCase()
    rest = rest.slice(more.length)
  }
  for (const [word] of rest.matchAll(WORD)) name += (name && '_') + word.toLowerCase()
  return name
}
