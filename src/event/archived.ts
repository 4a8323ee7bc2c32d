import { parseJson } from './json.ts'
import { isObject, type SpecEvent } from './types.ts'

/** A line of the archive as the event that it is; `null`: it cannot be read. */
export function archivedEvent(line: string): SpecEvent | null {
  try {
    const event = parseJson(line)
    return isObject(event) ? (event as SpecEvent) : null
  } catch {
    return null
  }
}
