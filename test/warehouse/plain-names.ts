/**
 * Names of tables and columns once more, written from the documentation alone: letter by letter, slow, and without a word
 * of `src`. What is right here is seen by reading it.
 */
import { createHash } from 'node:crypto'

const isUpper = (c: string) => c >= 'A' && c <= 'Z'
const isLower = (c: string) => c >= 'a' && c <= 'z'
const isDigit = (c: string) => c >= '0' && c <= '9'

/** docs/warehouse.md, "Names": the steps as they stand there. */
export function plainSnake(text: string): string {
  const letters = text.split('')
  const at = (i: number) => letters[i] ?? ''
  let i = 0
  let out = ''
  // 1. What is in snake case already is taken as it is.
  for (; i < letters.length; i++) {
    if (isLower(at(i)) || isDigit(at(i))) out += at(i)
    else if (at(i) === '_' && i > 0 && (isLower(at(i + 1)) || isDigit(at(i + 1)))) out += '_'
    else break
  }
  // 2. Capitals go on a word that has no small letter yet.
  const word = out.split('_').at(-1) ?? ''
  let goesOn = isUpper(at(i)) && !word.split('').some(isLower)
  // 3. Words: capitals and digits, then small letters and digits.
  while (i < letters.length) {
    if (!goesOn) {
      while (i < letters.length && !isUpper(at(i)) && !isLower(at(i)) && !isDigit(at(i))) i++
      if (i >= letters.length) break
      if (out !== '') out += '_'
    }
    goesOn = false
    while (isUpper(at(i)) || isDigit(at(i))) out += at(i++).toLowerCase()
    while (isLower(at(i)) || isDigit(at(i))) out += at(i++)
  }
  return out
}

/** Of those that events of the tests use; that the whole list is right is another test's matter. */
const RESERVED = new Set('order group user select default limit offset desc timestamp tag open new when'.split(' '))
const FIXED = new Set('tracks identifies users pages screens groups accounts aliases'.split(' '))

export function plainTable(event: string): string | null {
  const name = plainSnake(event)
  if (name === '') return null
  return shorten(FIXED.has(name) || RESERVED.has(name) || isDigit(name.charAt(0)) ? `_${name}` : name)
}

/** The column of keys one below the other; `taken`: columns that such rows have anyway. */
export function plainColumn(keys: string[], taken: string[] | null): string | null {
  const words = keys.map(plainSnake)
  if (words.includes('')) return null
  const name = (taken === null ? ['context', ...words] : words).join('_')
  const isTaken = taken !== null && (taken.includes(name) || name.startsWith('context_'))
  return shorten(isTaken || RESERVED.has(name) || isDigit(name.charAt(0)) ? `_${name}` : name)
}

function shorten(name: string): string {
  if (name.length <= 63) return name
  return `${name.slice(0, 54)}_${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
}
