/** Letters of other scripts that look like one of ours, as far as a name in a list can be mistaken by them. */
const LIKE: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['a', 'аαɑ'],
    ['b', 'вьЬβ'],
    ['c', 'сϲ'],
    ['d', 'ԁ'],
    ['e', 'еєεҽ3'],
    ['g', 'ɡց'],
    ['h', 'нһ'],
    ['i', 'іιıӏl1|!ɩ'],
    ['j', 'јϳ'],
    ['k', 'кκ'],
    ['m', 'мϻ'],
    ['n', 'пηո'],
    ['o', 'оοσօ0'],
    ['p', 'рρ'],
    ['q', 'ԛ'],
    ['r', 'гř'],
    ['s', 'ѕ5$'],
    ['t', 'тτ7'],
    ['u', 'υսц'],
    ['v', 'ѵν'],
    ['w', 'ѡωԝ'],
    ['x', 'хχ'],
    ['y', 'уүγ'],
    ['z', 'ʐ2'],
  ].flatMap(([plain = '', others = '']) => Array.from(others, (one) => [one, plain] as const)),
)

/** What a company is besides its name. */
const FORMS = /\b(?:inc|incorporated|ltd|limited|llc|gmbh|ag|sa|bv|ab|oy|plc|corp|corporation|company|co)\b\.?/g

/**
 * What a name looks like to somebody who reads a list: names with the same look can be taken for each other. Without
 * accents, case, spaces and legal form, and with letters of other scripts as those that they look like.
 */
export function lookOf(name: string): string {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll(FORMS, ' ')
  const letters = Array.from(plain, (char) => LIKE[char] ?? char).join('')
  const kept = letters
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
  return kept === '' ? name : kept
}

/** Letters of a name that are not of the Latin script, with their code: a reviewer sees what is hidden in it. */
export function strangeLetters(name: string): string[] {
  const strange = Array.from(name).filter((char) => /[\p{L}\p{N}]/u.test(char) && !/[\p{Script=Latin}0-9]/u.test(char))
  return [...new Set(strange)].map(
    (char) => `${char} (U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')})`,
  )
}
