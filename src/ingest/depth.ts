import { LIMITS } from '../event/index.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = new Set([0x5b, 0x7b])
const CLOSING = new Set([0x5d, 0x7d])

/**
 * Whether a text nests more deeply than an event may, or than `most` levels. It has to be JSON. Looked at closely only when
 * it has brackets enough for that.
 */
export function isTooDeep(json: string, most: number = LIMITS.eventLevels): boolean {
  if (json.length <= most * 2) return false
  if (occurrences(json, '{', most) + occurrences(json, '[', most) <= most) return false
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at)
    if (char === QUOTE) at = endOfString(json, at)
    else if (CLOSING.has(char)) depth--
    else if (OPENING.has(char) && ++depth > most) return true
  }
  return false
}

/** How often a character stands in a text; many are not counted to the end. */
function occurrences(text: string, char: string, most: number): number {
  let n = 0
  for (let at = text.indexOf(char); at >= 0 && n <= most; at = text.indexOf(char, at + 1)) n++
  return n
}

/** Where the quote is that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = json.indexOf('"', start + 1)
  while (isEscaped(json, at)) at = json.indexOf('"', at + 1)
  return at
}

function isEscaped(json: string, at: number): boolean {
  let slashes = 0
  while (json.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++
  return slashes % 2 === 1
}
