import { isObject } from '../event/index.ts'

/** A message to show is cut to this. */
const MESSAGE_CHARS = 500
/** Where services put their explanation, the most telling first. */
const NAMES = ['message', 'error_description', 'detail', 'error', 'errors', 'title', 'description', 'reason'] as const
const NESTED_DEEPEST = 4

/**
 * What a partner says of its answer, at most 500 characters: of JSON its message, whatever the type is called and also when
 * the body was cut; of a page its text; else the text itself. `undefined`: nothing that a person could read.
 */
export function explanationOf(body: string, contentType: string | null): string | undefined {
  const type = contentType?.toLowerCase() ?? ''
  const text = body.trim()
  if (text === '' || isBinary(text, type)) return undefined
  if (type.includes('json') || /^[[{]/.test(text)) return ofJson(text)
  return shown(type.includes('html') || /^<(?:!doctype|html)/i.test(text) ? textOf(text) : text)
}

function ofJson(text: string): string | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Cut in the middle, or none at all: what stands there is still worth reading.
    return shown(messageInCut(text) ?? text)
  }
  const message = messageOf(value, NESTED_DEEPEST)
  if (message !== undefined) return shown(message)
  const empty = value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  return empty ? undefined : shown(text)
}

function messageOf(value: unknown, deepest: number): string | undefined {
  if (typeof value === 'string') return value.trim() === '' ? undefined : value
  if (deepest === 0) return undefined
  if (Array.isArray(value)) return messageOf(value[0], deepest - 1)
  if (!isObject(value)) return undefined
  for (const name of NAMES) {
    const message = Object.hasOwn(value, name) ? messageOf(value[name], deepest - 1) : undefined
    if (message !== undefined) return message
  }
  return undefined
}

/** The first string under one of the names, its end missing perhaps. */
function messageInCut(text: string): string | undefined {
  for (const name of NAMES) {
    const [, told] = new RegExp(`"${name}"\\s*:\\s*"((?:[^"\\\\]|\\\\.)*)`).exec(text) ?? []
    if (told === undefined || told.trim() === '') continue
    try {
      return JSON.parse(`"${told.replace(/[\n\r\t]/g, ' ')}"`) as string
    } catch {
      return told
    }
  }
  return undefined
}

function textOf(html: string): string {
  const [, title] = /<title[^>]*>([^<]*)/i.exec(html) ?? []
  const body = html
    .replace(/<(script|style|head)\b[^>]*>.*?(?:<\/\1\s*>|$)/gis, ' ')
    .replace(/<!--.*?(?:-->|$)/gs, ' ')
    .replace(/<[^>]*(?:>|$)/g, ' ')
  const text = plain(body)
  return text === '' ? plain(title ?? '') : text
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', '#39': "'" }

function plain(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|apos|nbsp|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole).trim()
}

function shown(text: string): string | undefined {
  // Control characters would break the line that it is shown in.
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
  return line === '' ? undefined : line.slice(0, MESSAGE_CHARS)
}

function isBinary(text: string, type: string): boolean {
  return (
    /^(?:image|audio|video|font)\//.test(type) || text.includes('\u0000') || text.slice(0, 100).includes('\uFFFD\uFFFD')
  )
}
