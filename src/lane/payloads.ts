import { DamagedObject, readLines } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { isObject, type JsonObject, matcher, parseJson, type SpecEvent } from '../event/index.ts'
import type { DeadLetter, EventFilter } from './protocol.ts'

/** Archive objects that are read at a time: each is a megabyte of text at most, but for events that are longer themselves. */
const PARALLEL = 6

/** An event of a dead letter; `payload` is `null` where the archive has it no longer. */
export interface DeadEvent {
  event: number
  payload: JsonObject | null
}

/** A dead letter, and those of its events that are meant. */
export interface Looked {
  letter: DeadLetter
  events: DeadEvent[]
  /** Events whose payload is gone, so that nobody can tell whether they are meant. */
  untold: number
  /** The archive did not answer: asked once more, it may. */
  unread: boolean
}

interface Deps {
  archive: R2Bucket
  ctx: Pick<Context, 'log'>
}

/** The lines of a letter's members; `null`: they are gone, or did not come. */
interface Read {
  lines: string[] | null
  unread: boolean
}

/** Whether payloads have to be looked at to tell. */
export function looksInside({ event, type, userId }: EventFilter): boolean {
  return event !== undefined || type !== undefined || userId !== undefined
}

/** Each of these letters with those of its events that a filter means: six letters in memory, however many there are. */
export async function* withPayloads(
  letters: readonly DeadLetter[],
  wanted: EventFilter,
  deps: Deps,
): AsyncGenerator<Looked> {
  const { event, type, userId } = wanted
  const all = !looksInside(wanted)
  const isMeant = matcher({
    ...(type && { types: [type] }),
    ...(event !== undefined && { events: [event] }),
    ...(userId !== undefined && { userIds: [userId] }),
  })
  for (let at = 0; at < letters.length; at += PARALLEL) {
    const some = letters.slice(at, at + PARALLEL)
    const read = await readAll(some, deps)
    for (const [n, letter] of some.entries()) {
      const { lines, unread } = read[n] ?? NOTHING_READ
      const events = letter.events.map((one) => ({ event: one, payload: parse(lines?.[one - letter.first]) }))
      const meant = events.filter(({ payload }) => all || (payload !== null && isMeant(payload as SpecEvent)))
      const gone = all ? 0 : events.filter(({ payload }) => payload === null).length
      yield { letter, events: meant, untold: gone, unread }
    }
  }
}

const NOTHING_READ: Read = { lines: null, unread: false }

/** The lines of each; letters of the same members are read once. */
async function readAll(letters: readonly DeadLetter[], { archive, ctx }: Deps): Promise<Read[]> {
  const reads = new Map<string, Promise<Read>>()
  const linesOf = ({ key, chunks }: DeadLetter) => {
    const name = `${key} ${chunks[0]?.[0]} ${chunks.length}`
    const read =
      reads.get(name) ??
      readLines(archive, key, chunks).then(
        (lines) => ({ lines, unread: false }),
        (error: unknown) => {
          ctx.log('warn', 'payloads of a dead letter cannot be read', { key, error: String(error) })
          return { lines: null, unread: !(error instanceof DamagedObject) }
        },
      )
    reads.set(name, read)
    return read
  }
  return Promise.all(letters.map(linesOf))
}

function parse(line: string | undefined): JsonObject | null {
  try {
    const value = line === undefined ? null : parseJson(line)
    return isObject(value) ? value : null
  } catch {
    return null
  }
}
