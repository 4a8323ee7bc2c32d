import { type Drawn, drawnElements, MOST_DRAWN } from './svg-cost.ts'

/** What a picture is made of, and nothing that runs, loads or leads anywhere. */
const ELEMENTS = new Set(
  'svg g path rect circle ellipse line polyline polygon defs clippath mask lineargradient radialgradient stop title desc symbol use text tspan'.split(
    ' ',
  ),
)
const ATTRIBUTES = new Set(
  'id viewbox width height x y x1 x2 y1 y2 cx cy r rx ry fx fy d points transform fill fill-rule fill-opacity stroke stroke-width stroke-linecap stroke-linejoin stroke-miterlimit stroke-dasharray stroke-dashoffset stroke-opacity opacity clip-path clip-rule mask offset stop-color stop-opacity gradientunits gradienttransform spreadmethod preserveaspectratio clippathunits maskunits font-size font-family font-weight text-anchor color'.split(
    ' ',
  ),
)
/** These lead to a part of the picture itself, or they go. */
const LINKS = new Set(['href', 'xlink:href'])

export const MOST_SVG = 64 * 1024
const MOST_ELEMENTS = 2_000

/** A picture that is safe, with what was taken out of it, or why it is none. */
export type SafeSvg = { svg: string; removed: string[] } | { problem: string }

/**
 * Writes an SVG anew from what of it is on the list of what pictures are made of. Whatever is not is left out with all
 * that is in it, and named; what is not well-formed, or has a document type, is no picture. Nothing of the text goes
 * through unread.
 */
export function safeSvg(text: string): SafeSvg {
  if (text.length > MOST_SVG) return { problem: 'An SVG has at most 64 KB.' }
  const removed = new Set<string>()
  const open: { name: string; keep: boolean; drawn: Drawn }[] = []
  const picture: Drawn = { uses: [], children: [] }
  let out = ''
  let elements = 0
  let roots = 0
  let at = 0
  const keeps = () => open.every(({ keep }) => keep)
  while (at < text.length) {
    const next = text.indexOf('<', at)
    const words = text.slice(at, next < 0 ? undefined : next)
    if (open.length === 0 ? words.replace('\u{feff}', '').trim() !== '' : hasEntity(words)) return BROKEN
    if (open.length > 0 && keeps()) out += escaped(decoded(words))
    if (next < 0) break
    const skipped = skipOf(text, next)
    if (skipped !== undefined) {
      if (skipped < 0) return BROKEN
      at = skipped
      continue
    }
    if (/^<[!?]/.test(text.slice(next, next + 2))) return { problem: 'An SVG here has no document type.' }
    const tag = readTag(text, next)
    if (!tag) return BROKEN
    at = tag.end
    if (tag.closes) {
      const last = open.at(-1)
      if (last?.name !== tag.name) return BROKEN
      if (keeps()) out += `</${tag.name}>`
      open.pop()
      continue
    }
    if (++elements > MOST_ELEMENTS) return { problem: `An SVG has at most ${MOST_ELEMENTS} elements.` }
    if (open.length === 0 && (++roots > 1 || tag.name !== 'svg'))
      return { problem: 'This is no SVG: it has to begin with <svg>.' }
    const known = ELEMENTS.has(tag.name.toLowerCase())
    if (!known) removed.add(`<${shown(tag.name)}>`)
    const drawn = drawnOf(tag)
    if (known && keeps()) {
      out += startOf(tag, removed, open.length === 0)
      ;(open.at(-1)?.drawn ?? picture).children.push(drawn)
    }
    if (!tag.empty) open.push({ name: tag.name, keep: known, drawn })
    else if (known && keeps()) out += `</${tag.name}>`
  }
  if (open.length > 0 || roots === 0)
    return roots === 0 ? { problem: 'This is no SVG: it has to begin with <svg>.' } : BROKEN
  if (drawnElements(picture) > MOST_DRAWN)
    return { problem: `This SVG uses parts of itself so often that more than ${MOST_DRAWN} elements would be drawn.` }
  return { svg: out, removed: [...removed].slice(0, 20) }
}

const BROKEN = { problem: 'This SVG is not well-formed: export it again.' }

interface TagRead {
  name: string
  attributes: [name: string, value: string][]
  closes: boolean
  empty: boolean
  end: number
}

/** Where a comment or the XML declaration that begins here ends; -1: nowhere; `undefined`: neither begins here. */
function skipOf(text: string, at: number): number | undefined {
  const ends = text.startsWith('<!--', at) ? '-->' : text.startsWith('<?xml ', at) ? '?>' : undefined
  if (ends === undefined) return undefined
  const end = text.indexOf(ends, at + 2)
  return end < 0 ? -1 : end + ends.length
}

const TAG = /<(\/?)([a-z][\w.:-]*)((?:\s+[a-z_:][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/iy
const ATTRIBUTE = /([a-z_:][\w.:-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/gi

function readTag(text: string, at: number): TagRead | undefined {
  TAG.lastIndex = at
  const found = TAG.exec(text)
  if (!found) return undefined
  const [whole, slash, name = '', inside = '', empty] = found
  const attributes = [...inside.matchAll(ATTRIBUTE)].map(
    ([, key = '', double, single]) => [key, double ?? single ?? ''] as [string, string],
  )
  if (attributes.some(([, value]) => hasEntity(value)) || (slash !== '' && inside !== '')) return undefined
  return { name, attributes, closes: slash !== '', empty: empty !== '', end: at + whole.length }
}

function startOf({ name, attributes }: TagRead, removed: Set<string>, isRoot: boolean): string {
  const kept = attributes.filter(([key, value]) => {
    const lower = key.toLowerCase()
    if (lower === 'xmlns' || lower.startsWith('xmlns:')) return false
    const text = decoded(value)
    const inside = !/url\(/i.test(text) || /^\s*url\(\s*['"]?#[\w.:-]+['"]?\s*\)\s*$/i.test(text)
    const fits = LINKS.has(lower) ? /^#[\w.:-]+$/.test(text) : ATTRIBUTES.has(lower) && inside && !/[\\@]/.test(text)
    if (!fits) removed.add(shown(key))
    return fits
  })
  const own = kept.map(([key, value]) => ` ${LINKS.has(key.toLowerCase()) ? 'href' : key}="${escaped(decoded(value))}"`)
  return `<${name}${isRoot ? ' xmlns="http://www.w3.org/2000/svg"' : ''}${own.join('')}>`
}

/** An element with the parts of the picture that it is drawn with. Gradients are none: each is one colour, however often. */
function drawnOf({ name, attributes }: TagRead): Drawn {
  const uses: string[] = []
  let id: string | undefined
  for (const [key, value] of attributes) {
    const lower = key.toLowerCase()
    const text = decoded(value).trim()
    if (lower === 'id') id = text
    else if (LINKS.has(lower) && name.toLowerCase() === 'use') uses.push(text.slice(1))
    else if (lower === 'mask' || lower === 'clip-path') uses.push(/#([\w.:-]+)/.exec(text)?.[1] ?? '')
  }
  return { uses, children: [], ...(id !== undefined && { id }) }
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const ENTITY = /&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/gi

/** Whether there is an entity that is none of XML's own, or a bare `&`. */
const hasEntity = (text: string) => text.replaceAll(ENTITY, '').includes('&')

function decoded(text: string): string {
  return text.replaceAll(ENTITY, (_, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? ''
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code > 31 && code < 0x11_0000 && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : ''
  })
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

const shown = (name: string) => name.slice(0, 40)
