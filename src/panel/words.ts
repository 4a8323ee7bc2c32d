import { REJECTIONS, WARNINGS } from '../event/index.ts'
import { FILTERS } from '../match/index.ts'

/** Codes and their words, as those who decide say them; also for pages that say them in the browser. */
export const CODE_WORDS: Readonly<Record<string, string>> = { ...REJECTIONS, ...WARNINGS, ...FILTERS }

/** Why an event was rejected or filtered, or what its warning means. A code of another version is shown as it is. */
export function codeWords(code: string): string {
  return Object.hasOwn(CODE_WORDS, code) ? (CODE_WORDS[code] ?? code) : code
}

/** `1 event`, `42 events`, `10,000 events`. */
export function many(count: number, one: string, several?: string): string {
  return `${count.toLocaleString('en-GB')} ${unitOf(count, one, several)}`
}

/** The word alone, where the number stands elsewhere. */
export function unitOf(count: number, one: string, several = `${one}s`): string {
  return count === 1 ? one : several
}

/** What stands for a name where there is no picture of it yet. */
export function firstLetter(name: string): string {
  return String.fromCodePoint(name.codePointAt(0) ?? 0xb7).toUpperCase()
}
