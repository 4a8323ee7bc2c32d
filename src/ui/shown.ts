import { isExactNumber } from '../event/index.ts'

/**
 * How much is shown of what others send: enough to read, and bounded whatever it is. Sizes are characters as a page
 * writes them. Whole it is to be had as a download.
 */
export const SHOWN = {
  /** Names and values of one event. */
  facts: 100,
  /** Of all these together, of one value and of one name. */
  chars: 3_000,
  value: 400,
  name: 120,
  /** Of an event as JSON in a list, and on a page of its own. */
  raw: 4_000,
  page: 40_000,
  /** Levels of JSON. */
  depth: 10,
} as const

export interface CutText {
  text: string
  cut: boolean
}

/** JSON, written until `most` is used up: what is beyond is not even looked at. Without `indent` on one line. */
export function shownJson(value: unknown, most: number, indent = '  '): CutText {
  let text = ''
  let left = most
  let cut = false
  const put = (part: string) => {
    const fits = cutText(part, left)
    text += fits.text
    left -= weightOf(fits.text)
    if (fits.cut) left = 0
    cut ||= fits.cut
  }
  const write = (one: unknown, depth: number) => {
    if (typeof one === 'string') put(JSON.stringify(one.slice(0, left + 1)))
    else if (typeof one !== 'object' || one === null || isExactNumber(one)) put(JSON.stringify(one ?? null))
    else {
      const names = Array.isArray(one) ? null : Object.keys(one)
      const [open, close] = names ? '{}' : '[]'
      const size = names ? names.length : (one as unknown[]).length
      const line = indent === '' ? '' : `\n${indent.repeat(depth)}`
      if (size > 0 && depth >= SHOWN.depth) {
        put(`${open}…${close}`)
        cut = true
        return
      }
      put(open ?? '')
      for (let at = 0; at < size; at++) {
        if (left <= 0) {
          cut = true
          return
        }
        put(`${at > 0 ? ',' : ''}${line}${line && indent}`)
        const name = names?.[at]
        if (name !== undefined) put(`${JSON.stringify(name.slice(0, left + 1))}:${line && ' '}`)
        write(name === undefined ? (one as unknown[])[at] : (one as Record<string, unknown>)[name], depth + 1)
      }
      put(size > 0 ? `${line}${close}` : (close ?? ''))
    }
  }
  write(value, 0)
  return { text, cut }
}

/** The beginning of a text, no letter of it broken. */
export function cutText(text: string, most: number): CutText {
  if (text.length <= most && weightOf(text) <= most) return { text, cut: false }
  let left = most
  let end = 0
  for (const letter of text.slice(0, most + 1)) {
    left -= weightOf(letter)
    if (left < 0) break
    end += letter.length
  }
  return { text: text.slice(0, end), cut: true }
}

/** What HTML writes for it: six characters for `"`. */
function weightOf(text: string): number {
  return text.length + 5 * (text.match(/["&'<>]/g)?.length ?? 0)
}
