import { REJECTIONS, WARNINGS } from '../../event/index.ts'
import { FILTERS } from '../../match/index.ts'

/** Codes and their words, as those who decide say them. */
const CODE_WORDS: Readonly<Record<string, string>> = { ...REJECTIONS, ...WARNINGS, ...FILTERS }

/** Why an event was rejected or filtered, or what its warning means. A code of another version is shown as it is. */
export function codeWords(code: string): string {
  return Object.hasOwn(CODE_WORDS, code) ? (CODE_WORDS[code] ?? code) : code
}
