import type { Chance } from './random.ts'

/** A tag that no page of ours has: in HTML it is something that was put there unescaped. */
export const TAG = '<x-fuzz'
/** A header and a cookie that no reply of ours has. */
export const HEADER = 'x-injected'

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1e999',
  'null',
  'undefined',
  '__proto__',
  'constructor',
  'toString',
  '..',
  '../../raw',
  '.',
  '*',
  '%',
  '%'.repeat(25),
  '_'.repeat(60),
  "' OR 1=1 --",
  '"; DROP TABLE sources; --',
  `${TAG} onload=1>`,
  `"'>${TAG}>`,
  `</script>${TAG}>`,
  `javascript:alert(1)`,
  `\r\n${HEADER}: 1`,
  `\r\nSet-Cookie: ${HEADER}=1`,
  `\n`,
  '\u0000',
  '\u2028',
  '\ud800',
  '\ufeff',
  'ü'.repeat(25),
  '😀',
  'İı',
  '//evil.example/',
  '/\\evil.example',
  'https://evil.example/',
  '@evil.example',
  '?',
  '#',
  '&=;',
  ':id',
  '{{7*7}}',
  '${7*7}',
  '9007199254740993',
  '2026-11-27T05:27:47.123:Z',
  'o0',
  'o999999999',
  'true',
  '[]',
  '{}',
]

/** Some text that somebody might want us to trip over; now and then a very long one. */
export function text(chance: Chance): string {
  if (chance.oneIn(5))
    return chance.pick(['x', '%', 'é', '/', '.', '[', '"', '<']).repeat(chance.pick([49, 1_025, 9_000]))
  if (chance.oneIn(4)) return chance.pick(TEXTS) + chance.pick(TEXTS)
  return chance.pick(TEXTS)
}

const PATH_PARTS = [
  '%00',
  '%0d%0aX-Injected:%201',
  '%0aSet-Cookie:x-injected=1',
  '%ff',
  '%c0%ae%c0%ae',
  '%E2%80%A8',
  '%2e%2e',
  '%2f%2fevil.example',
  '%5c%5cevil.example',
  '%',
  '%zz',
  '%25',
  '%3Cx-fuzz%3E',
  '%22%3E%3Cx-fuzz%3E',
]

/** One part of a path. */
export function pathPart(chance: Chance): string {
  if (chance.oneIn(2)) return chance.pick(PATH_PARTS)
  const wild = text(chance)
  return chance.oneIn(3) ? wild : encodeURIComponent(wild.toWellFormed())
}

const KEYS = [
  'name',
  'slug',
  'settings',
  'type',
  'event',
  'userId',
  'batch',
  'writeKey',
  'enabled',
  '__proto__',
  'constructor',
  'a.b',
  '',
  '$',
  'é',
]

/** Any JSON value, a few levels deep; now and then a very deep or a very long one. */
export function json(chance: Chance, levels = 3): unknown {
  const kind = chance.below(levels > 0 ? 9 : 6)
  if (kind === 0) return text(chance)
  if (kind === 1) return chance.pick([0, -1, 1.5, 1e308, -0, Number.MAX_SAFE_INTEGER, 2 ** 63])
  if (kind === 2) return chance.pick([true, false, null])
  if (kind === 3) return []
  if (kind === 4) return {}
  if (kind === 5) return text(chance)
  if (kind === 6) return Array.from({ length: chance.below(4) }, () => json(chance, levels - 1))
  if (kind === 7 && chance.oneIn(8)) return Array.from({ length: 5_000 }, () => json(chance, 0))
  return Object.fromEntries(
    Array.from({ length: chance.below(5) }, () => [
      chance.oneIn(3) ? text(chance) : chance.pick(KEYS),
      json(chance, levels - 1),
    ]),
  )
}

/** JSON that nests so deeply. */
export function deepJson(levels: number, open = '[', close = ']'): string {
  return `{"event":${open.repeat(levels)}${close.repeat(levels)}}`
}
