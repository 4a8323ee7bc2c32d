import { cursorOf } from '../../settings/index.ts'
import { withPayloads } from '../../lane/index.ts'
import type { ControlDeps } from '../request.ts'
import type { LetterFilter } from './filter.ts'
import { placeKey } from './place.ts'
import { below, type LetterPlace } from './queries.ts'

/** Letters of one call of the lane. */
const PORTION = 60
/** Letters of one download: each may take a read of the archive, and an invocation has ten thousand calls. */
const MOST = 5_000

/**
 * Dead letters as NDJSON, a line an event, the newest first: read while it is sent, so that a few letters are in memory at a
 * time. Where there are more than one download may have, its last line is `{"next":"<cursor>"}`.
 */
export function downloadDeadLetters(
  deps: Pick<ControlDeps, 'lane' | 'archive' | 'ctx'>,
  lane: string,
  { filter, from }: { filter: LetterFilter; from?: LetterPlace | undefined },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const parts = portions(deps, lane, filter, from)
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await parts.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    async cancel() {
      await parts.return(undefined)
    },
  })
}

/** The lines of one letter after the other; never an empty text. */
async function* portions(
  deps: Pick<ControlDeps, 'lane' | 'archive' | 'ctx'>,
  lane: string,
  filter: LetterFilter,
  from: LetterPlace | undefined,
): AsyncGenerator<string, undefined> {
  let before = below(from)
  let looked = 0
  for (;;) {
    const letters = await deps.lane(lane).deadLetters(before, PORTION, filter.lane)
    for await (const { letter, events } of withPayloads(letters, filter.payload, deps)) {
      const { id, at, reason, attempts, status, message, redrive, batch } = letter
      const facts = { at, reason, attempts, status, message, redrive, batch }
      const mine = events.filter(({ event }) => !(from?.id === id && event <= (from.event ?? -1)))
      const lines = mine.map(({ event, payload }) => JSON.stringify({ id, event, ...facts, payload }))
      if (lines.length > 0) yield `${lines.join('\n')}\n`
    }
    const last = letters.at(-1)
    looked += letters.length
    if (!last || letters.length < PORTION) return
    before = last.id
    if (looked < MOST) continue
    yield `${JSON.stringify({ next: cursorOf(placeKey({ id: last.id })) })}\n`
    return
  }
}
