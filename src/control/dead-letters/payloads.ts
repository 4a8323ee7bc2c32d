import { readLines } from '../../archive/index.ts'
import { isObject, type JsonObject, parseJson, type SpecEvent } from '../../event/index.ts'
import type { DeadLetter } from '../../lane/index.ts'
import { matcher } from '../../replay/index.ts'
import type { ControlDeps } from '../request.ts'
import type { LetterFilter } from './filter.ts'

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
}

type Deps = Pick<ControlDeps, 'archive' | 'ctx'>

/** Each of these letters with those of its events that a filter means: six letters in memory, however many there are. */
export async function* withPayloads(
  letters: readonly DeadLetter[],
  { payload: wanted }: LetterFilter,
  deps: Deps,
): AsyncGenerator<Looked> {
  const { event, type, userId } = wanted
  const all = Object.keys(wanted).length === 0
  const isMeant = matcher({
    ...(type && { types: [type] }),
    ...(event !== undefined && { events: [event] }),
    ...(userId !== undefined && { userIds: [userId] }),
  })
  for (let at = 0; at < letters.length; at += PARALLEL) {
    const some = letters.slice(at, at + PARALLEL)
    const read = await readAll(some, deps)
    for (const [n, letter] of some.entries()) {
      const lines = read[n] ?? null
      const events = letter.events.map((one) => ({ event: one, payload: parse(lines?.[one - letter.first]) }))
      const meant = events.filter(({ payload }) => all || (payload !== null && isMeant(payload as SpecEvent)))
      yield { letter, events: meant, untold: all ? 0 : events.filter(({ payload }) => payload === null).length }
    }
  }
}

/** The lines of each; letters of the same members are read once. */
async function readAll(letters: readonly DeadLetter[], { archive, ctx }: Deps): Promise<(string[] | null)[]> {
  const reads = new Map<string, Promise<string[] | null>>()
  const linesOf = ({ key, chunks }: DeadLetter) => {
    const name = `${key} ${chunks[0]?.[0]} ${chunks.length}`
    const read =
      reads.get(name) ??
      readLines(archive, key, chunks).catch((error: unknown) => {
        ctx.log('warn', 'payloads of a dead letter cannot be read', { key, error: String(error) })
        return null
      })
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
