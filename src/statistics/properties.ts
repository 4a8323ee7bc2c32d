import { isExactNumber, isObject, type SpecEvent } from '../event/index.ts'
import type { ValueType } from './protocol.ts'

/** Characters of a path, and levels below the properties; what is beyond is not told apart. */
const PATH_CHARS = 120
const MOST_LEVELS = 10
const EXAMPLE_CHARS = 100
/** Whose values are kept nowhere but in the archive. */
const SECRET =
  /pass(?:word|wd|phrase|code)|secret|token|api[-_ ]?key|private[-_ ]?key|authorization|cookie|credential|card[-_ ]?num|\bcvv|\bcvc|\biban|\bssn\b|\bpin\b/i

/** One property of one event. */
export interface Seen {
  types: Set<ValueType>
  example?: string
}

/** The properties or traits of an event, by path, each once however many members of a list have it. */
export function propertiesOf(event: SpecEvent): Map<string, Seen> {
  const seen = new Map<string, Seen>()
  const of = event.type === 'identify' || event.type === 'group' ? event.traits : event.properties
  if (isObject(of)) visitEach(of, '', 1, seen)
  return seen
}

function visitEach(of: Record<string, unknown>, prefix: string, level: number, seen: Map<string, Seen>): void {
  for (const name of Object.keys(of)) visit(of[name], prefix === '' ? name : `${prefix}.${name}`, level, seen)
}

function visit(value: unknown, fullPath: string, level: number, seen: Map<string, Seen>): void {
  const isLong = fullPath.length > PATH_CHARS
  const path = isLong ? `${fullPath.slice(0, PATH_CHARS - 1)}…` : fullPath
  const type = typeOf(value)
  const one = seen.get(path) ?? { types: new Set() }
  seen.set(path, one)
  one.types.add(type)
  if (type === 'string' || type === 'number' || type === 'boolean') {
    if (!SECRET.test(path)) one.example = exampleOf(value)
  } else if (isLong || level >= MOST_LEVELS) {
    // Deeper ones are not looked at.
  } else if (Array.isArray(value)) for (const member of value) visit(member, `${path}.$`, level + 1, seen)
  else if (type === 'object') visitEach(value as Record<string, unknown>, path, level + 1, seen)
}

function typeOf(value: unknown): ValueType {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (isExactNumber(value)) return 'number'
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object'
}

function exampleOf(value: unknown): string {
  const text = isExactNumber(value) ? value.rawJSON : String(value)
  return text.length > EXAMPLE_CHARS ? `${text.slice(0, EXAMPLE_CHARS - 1)}…` : text
}
