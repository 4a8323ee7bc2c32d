import { REJECTIONS, WARNINGS } from '../event/index.ts'
import { laneWords } from '../lane/index.ts'

const TAKEN_IN: Readonly<Record<string, string>> = { ...REJECTIONS, ...WARNINGS }

/**
 * What each of the codes of an answer means, in words: it stands in the answer beside them. Those of events that were
 * rejected or warned about, and all that a lane says; `delivered` needs none.
 */
export function meaningsOf(codes: Iterable<string | null | undefined>): { meanings: Record<string, string> } {
  const meanings: Record<string, string> = {}
  for (const code of codes) {
    if (code === null || code === undefined || code === 'delivered') continue
    meanings[code] = (Object.hasOwn(TAKEN_IN, code) ? TAKEN_IN[code] : undefined) ?? laneWords(code)
  }
  return { meanings }
}
