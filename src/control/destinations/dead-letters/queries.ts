import { readLines } from '../../../archive/index.ts'
import { parseJson } from '../../../event/index.ts'
import type { DeadLetter } from '../../../lane/index.ts'
import type { ControlDeps } from '../../request.ts'
import { getDestination } from '../queries.ts'
import { withShownSample } from '../shown-sample.ts'

/** Events whose payloads one page reads, beyond its first dead letter. */
const PAGE_EVENTS = 500

type Deps = Pick<ControlDeps, 'db' | 'lane' | 'archive' | 'ctx'>

/**
 * Dead letters of a destination, the newest first, from the one below the id `before` on: at most `count`, and fewer when
 * their payloads are many. `last` is the id to go on below; absent: there are no more. Throws 404.
 */
export async function listDeadLetters(
  deps: Deps,
  workspaceId: string,
  destinationId: string,
  { before, count }: { before: number | null; count: number },
) {
  const { id } = await getDestination(deps.db, workspaceId, destinationId)
  const found = await deps.lane(id).deadLetters(before, count + 1)
  const page = portion(found.slice(0, count))
  const deadLetters = await Promise.all(page.map((letter) => withPayloads(letter, deps)))
  return { deadLetters, last: page.length < found.length ? page.at(-1)?.id : undefined }
}

/** As many as may be read at once, and one in any case. */
function portion(letters: readonly DeadLetter[]): DeadLetter[] {
  let events = 0
  const full = letters.findIndex((letter, index) => (events += letter.events.length) > PAGE_EVENTS && index > 0)
  return full === -1 ? [...letters] : letters.slice(0, full)
}

/** With the payload of each of its events, `null` where the archive has it no longer. */
async function withPayloads(letter: DeadLetter, { archive, ctx }: Deps) {
  const { chunks, first, ...shown } = withShownSample(letter)
  const lines = await readLines(archive, letter.key, chunks).catch((error: unknown) => {
    ctx.log('warn', 'payloads of a dead letter cannot be read', { key: letter.key, error: String(error) })
    return null
  })
  return { ...shown, payloads: letter.events.map((event) => parse(lines?.[event - first])) }
}

function parse(line: string | undefined): unknown {
  try {
    return line === undefined ? null : parseJson(line)
  } catch {
    return null
  }
}
