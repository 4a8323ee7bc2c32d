import { readLines } from '../../archive/index.ts'
import type { Found } from '../../intake/index.ts'
import { type Attempt, type DeadCode, decodeSet, has, type LaneRemote, type Trace } from '../../lane/index.ts'
import { isObject, type JsonObject, parseJson } from '../../event/index.ts'
import type { ControlDeps } from '../request.ts'
import type { EventPlace } from './tail.ts'

/** An event of a source by its place, and which destinations it was matched with. */
export interface Whereabouts {
  payload: JsonObject | null
  archive: { key: string; batch: string; line: number; committedAt: string }
  /** Ids, sorted; `null`: it is so old that the log no longer knows. */
  matched: string[] | null
  /** By id, the codes. */
  filtered: Record<string, string[]>
}

/** Where an event went, and why not elsewhere; `null` when the log has no such event. Its attempts: `fateOf`. */
export async function traceEvent(
  sourceId: string,
  { seq, event }: EventPlace,
  { intake, archive, ctx }: Pick<ControlDeps, 'intake' | 'archive' | 'ctx'>,
): Promise<Whereabouts | null> {
  const found = await intake(sourceId).at(seq, event)
  if (!found) return null
  const { key, batch, committedAt, routes } = found
  const line = await lineOf(found, archive).catch((error: unknown) => {
    ctx.log('warn', 'an event cannot be read', { key, error: String(error) })
    return undefined
  })
  const content = line === undefined ? null : parseJson(line)
  const gets = (id: string) => has(decodeSet(routes?.[id]?.events ?? '0-0'), event)
  const ids = Object.keys(routes ?? {}).toSorted()
  return {
    payload: isObject(content) ? content : null,
    archive: { key, batch, line: event, committedAt },
    matched: routes && ids.filter(gets),
    filtered: Object.fromEntries(
      ids.filter((id) => !gets(id)).map((id) => [id, Object.keys(routes?.[id]?.filtered ?? {})]),
    ),
  }
}

/** An event as it is archived, letter for letter; `undefined`: the log or the archive does not have it. */
export async function lineAt(
  sourceId: string,
  { seq, event }: EventPlace,
  { intake, archive }: Pick<ControlDeps, 'intake' | 'archive'>,
): Promise<string | undefined> {
  const found = await intake(sourceId).at(seq, event)
  return found ? lineOf(found, archive) : undefined
}

/** What became of an event at one destination that was to get it. */
export interface DeliveryStatus {
  status: 'pending' | 'sending' | 'dead' | 'delivered' | 'filtered' | 'settled' | 'registering' | 'unsearched'
  attempts: Attempt[]
  nextAttemptAt?: string
  reason?: DeadCode
}

export async function fateOf(lane: LaneRemote, sourceId: string, { seq, event }: EventPlace): Promise<DeliveryStatus> {
  return presentTrace(await lane.traceOf(sourceId, seq, event))
}

export function presentTrace(trace: Trace): DeliveryStatus {
  const { state, attempts, nextAttemptAt, reason } = trace
  return {
    status: state === 'settled' ? settledAs(trace) : state === 'unknown' ? 'registering' : state,
    attempts,
    ...(nextAttemptAt !== undefined && { nextAttemptAt }),
    ...(reason !== undefined && { reason }),
  }
}

/** The lane may have forgotten how the last attempt ended, but not the one before: that one says nothing. */
function settledAs({ attempts, delivered }: Trace): 'delivered' | 'filtered' | 'settled' {
  const last = attempts.at(-1)?.outcome
  if (delivered || last === 'delivered') return 'delivered'
  return last === undefined || /^(?:http_|timeout$|network$)/.test(last) ? 'settled' : 'filtered'
}

/** Of one member, not of the whole object. */
async function lineOf({ key, chunks, event }: Found, archive: R2Bucket): Promise<string | undefined> {
  let first = 0
  for (const chunk of chunks) {
    if (event < first + chunk[2]) return (await readLines(archive, key, [chunk]))?.[event - first]
    first += chunk[2]
  }
  return undefined
}
