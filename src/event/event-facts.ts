import { archivedEvent } from './archived.ts'
import type { SpecEvent } from './types.ts'

/** What sending an event and counting it asks of it. */
export type EventFacts = Pick<SpecEvent, 'type' | 'messageId' | 'projectId'> & {
  event?: unknown
  name?: unknown
  /** Absent from what was archived without it. */
  receivedAt?: string
}

/**
 * The facts of a line of the archive; `null`: it cannot be read. Lines as they are archived, a text of `JSON.stringify` each, are
 * read without making objects of them, at a third of the time: quotes and brackets have to match, and that lines come out of the
 * archive as they went in, its checksums see to. All others are parsed.
 */
export function factsOfLine(line: string): EventFacts | null {
  return scanned(line) ?? archivedEvent(line)
}

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const BACKSLASH = 0x5c
const OPEN = 0x7b
const CLOSE = 0x7d
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d

/** `undefined`: it is not quite of the form that is archived, lacks what every event has, or has it in escapes. */
function scanned(line: string): EventFacts | undefined {
  if (line.charCodeAt(0) !== OPEN) return undefined
  const facts: Partial<Record<keyof EventFacts, string>> = {}
  for (let at = 1; ; at++) {
    if (line.charCodeAt(at) !== QUOTE) return undefined
    const from = at + 1
    const end = line.indexOf('"', from)
    if (end < 0 || line.charCodeAt(end + 1) !== COLON || hasEscape(line, from, end)) return undefined
    const key = factNamed(line, from, end)
    const value = end + 2
    const isText = line.charCodeAt(value) === QUOTE
    at = isText ? endOfText(line, value) : endOfValue(line, value)
    if (at < 0) return undefined
    if (key !== null) {
      if (isText && hasEscape(line, value, at)) return undefined
      if (isText) facts[key] = line.slice(value + 1, at - 1)
      else delete facts[key]
    }
    const next = line.charCodeAt(at)
    if (next === COMMA) continue
    return next === CLOSE && at + 1 === line.length && isWhole(facts) ? (facts as EventFacts) : undefined
  }
}

function isWhole({ type, messageId, projectId }: { [Key in keyof EventFacts]?: string }): boolean {
  return type !== undefined && messageId !== undefined && projectId !== undefined
}

/** Which fact a member is called; `null`: none. Most names have another length or another beginning. */
function factNamed(line: string, from: number, end: number): keyof EventFacts | null {
  switch (end - from) {
    case 4:
      if (line.startsWith('type', from)) return 'type'
      return line.startsWith('name', from) ? 'name' : null
    case 5:
      return line.startsWith('event', from) ? 'event' : null
    case 9:
      if (line.startsWith('messageId', from)) return 'messageId'
      return line.startsWith('projectId', from) ? 'projectId' : null
    case 10:
      return line.startsWith('receivedAt', from) ? 'receivedAt' : null
    default:
      return null
  }
}

function hasEscape(line: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (line.charCodeAt(at) === BACKSLASH) return true
  return false
}

/** Behind the text that begins at `at`; -1: it does not end. */
function endOfText(line: string, at: number): number {
  for (let end = line.indexOf('"', at + 1); end >= 0; end = line.indexOf('"', end + 1)) {
    let before = end - 1
    while (line.charCodeAt(before) === BACKSLASH) before--
    // An even number of them says nothing of the quote.
    if ((end - before) % 2 === 1) return end + 1
  }
  return -1
}

/** Behind the object, list, number or word that begins at `at`; -1: it does not end. */
function endOfValue(line: string, from: number): number {
  let depth = 0
  for (let at = from; at >= 0 && at < line.length;) {
    const char = line.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfText(line, at)
      continue
    }
    if (depth === 0 && (char === COMMA || char === CLOSE)) return at
    if (char === OPEN || char === OPEN_LIST) depth++
    else if ((char === CLOSE || char === CLOSE_LIST) && --depth === 0) return at + 1
    at++
  }
  return -1
}
