import type { PagePlace } from '../../settings/index.ts'
import { foreignCursor } from '../request.ts'
import type { LetterPlace } from './queries.ts'

/** The place that a cursor names. The newest come first, and there is no way back in this list. Throws `Refusal` 400. */
export function letterPlace(from: PagePlace | undefined): LetterPlace | undefined {
  if (!from) return undefined
  if (!('after' in from)) throw foreignCursor()
  const [id, event] = from.after
  if (id === undefined) return undefined
  if (!isWhole(id) || (event !== undefined && !isWhole(event))) throw foreignCursor()
  return { id, ...(event !== undefined && { event }) }
}

/** The number that a path has; 0, which no redrive has: it is none. */
export function redriveNumber(text: string): number {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0
}

/** The cursor of a place, as `cursorOf` takes it. */
export function placeKey({ id, event }: LetterPlace): PagePlace {
  return { after: [id, ...(event === undefined ? [] : [event])] }
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
