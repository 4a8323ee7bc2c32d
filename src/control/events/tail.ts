import { readLines } from '../../archive/index.ts'
import type { Fate, Slice } from '../../intake/index.ts'
import { filterCode } from '../../match/index.ts'
import type { Plan } from '../../settings/index.ts'
import { parseJson, sentFacts, type SpecEvent, warningsOf } from '../../event/index.ts'
import type { ControlDeps } from '../request.ts'
import { refusal } from '../../refusal.ts'
import { acceptedEvent, rejectedEvent, type TailPage } from './tail-event.ts'

/** Archive objects and characters of events that one call reads. */
const MOST_OBJECTS = 60
const MOST_CHARS = 4_000_000
/** Requests to R2 that an invocation may have under way. */
const PARALLEL = 6
/** Events of one page, and those that a search looks at. */
export const MOST_EVENTS = 500
/** Letters of a search. */
const MOST_LETTERS = 200

export interface TailQuery {
  /** Events, 1 to 500. */
  count: number
  /** Only those before this one. */
  before?: EventPlace | undefined
  only?: 'accepted' | 'rejected' | undefined
  /** Has to be somewhere in the event: its name, its ids, its properties. Case does not matter. */
  text?: string | undefined
}

export interface EventPlace {
  seq: number
  event: number
}

type Deps = Pick<ControlDeps, 'ctx' | 'archive' | 'intake' | 'settings'>

/**
 * The last events of a source, from its log and the archive: nothing is kept for whoever may look one day. One call of
 * the intake and one read for each batch that the page touches, at most sixty.
 */
export async function tailOf(sourceId: string, query: TailQuery, deps: Deps): Promise<TailPage> {
  const { count, before, only, text } = query
  const asked = { count: text ? MOST_EVENTS : count, ...(before && { before }), ...(only && { only }) }
  const log = await deps.intake(sourceId).page(asked)
  // Only where the log leaves it open which reason was an event's: otherwise the settings are not asked.
  const plan = log.slices.some(isOpen) ? await deps.settings.plan(sourceId).catch(() => null) : null
  const page: TailPage = { events: [], looked: 0, next: null }
  const wanted = text?.toLowerCase()
  let chars = 0
  for (let at = 0; at < log.slices.length; at += PARALLEL) {
    const some = log.slices.slice(at, at + PARALLEL)
    const read = await Promise.all(some.map((slice) => linesOf(slice, deps)))
    for (const [index, slice] of some.entries()) {
      const lines = read[index] ?? []
      chars += lines.reduce((sum, line) => sum + (line?.length ?? 0), 0)
      const left = addSlice(page, slice, lines, { wanted, count, plan })
      if (left !== null) return { ...page, next: `${slice.seq}.${left}` }
      const more = at + index + 1 < log.slices.length
      if (more && (at + index + 1 >= MOST_OBJECTS || chars > MOST_CHARS)) {
        return { ...page, next: `${slice.seq}.${slice.from}` }
      }
    }
  }
  return { ...page, next: log.next && `${log.next.seq}.${Math.min(log.next.event, 1_000_000)}` }
}

/** `count` (1–500, default 50), `before`, `status` and `q` of a page. Throws `Refusal` 400. */
export function tailQuery(param: (name: string) => string | undefined): TailQuery {
  const count = Number(param('count') ?? 50)
  if (!Number.isInteger(count) || count < 1 || count > MOST_EVENTS) {
    throw refusal(400, `Must be 1 to ${MOST_EVENTS}.`, 'count')
  }
  const before = placeOf(param('before'))
  if (param('before') !== undefined && !before) throw refusal(400, 'Must be the `next` of an earlier answer.', 'before')
  return { count, before, ...tailFilter(param) }
}

/** `status` and `q` of a request. Throws `Refusal` 400. */
export function tailFilter(param: (name: string) => string | undefined): Pick<TailQuery, 'only' | 'text'> {
  const only = param('status')
  if (only !== undefined && only !== 'accepted' && only !== 'rejected') {
    throw refusal(400, 'Must be accepted or rejected.', 'status')
  }
  const text = param('q')?.trim() ?? ''
  if (text.length > MOST_LETTERS) throw refusal(400, `At most ${MOST_LETTERS} characters are searched for.`, 'q')
  return { only, text: text || undefined }
}

/** `17.3`; `undefined` for anything else. */
export function placeOf(id: string | undefined): EventPlace | undefined {
  const [, seq, event] = /^(\d{1,12})\.(\d{1,7})$/.exec(id ?? '') ?? []
  return seq === undefined ? undefined : { seq: Number(seq), event: Number(event) }
}

async function linesOf(
  { key, chunks, first, from, to }: Slice,
  { archive, ctx }: Deps,
): Promise<(string | undefined)[]> {
  if (key === null || from === to) return []
  const lines = await readLines(archive, key, chunks).catch((error: unknown) => {
    ctx.log('warn', 'events of a tail cannot be read', { key, error: String(error) })
    return null
  })
  return Array.from({ length: to - from }, (_, n) => lines?.[from + n - first])
}

/** Adds what of a slice is wanted. Answers the event before which the next page begins when there are enough. */
function addSlice(
  page: TailPage,
  slice: Slice,
  lines: readonly (string | undefined)[],
  { wanted, count, plan }: { wanted: string | undefined; count: number; plan: Plan | null },
): number | null {
  // The newest first: its last is what came last.
  for (const [index, refused] of [...slice.refused.entries()].toReversed()) {
    page.looked++
    if (has(`${refused.code} ${refused.text}`, wanted))
      page.events.push(rejectedEvent(`${slice.seq}.r${index}`, { ...refused, ...sentFacts(refused.text) }))
  }
  for (let event = slice.to - 1; event >= slice.from; event--) {
    if (page.events.length >= count) return event + 1
    page.looked++
    const line = lines[event - slice.from]
    if (wanted !== undefined && !has(line ?? '', wanted)) continue
    const fate = slice.fates?.[event - slice.from] ?? null
    const payload = line === undefined ? null : (parseJson(line) as SpecEvent)
    page.events.push(
      acceptedEvent(payload, {
        id: `${slice.seq}.${event}`,
        committedAt: slice.committedAt,
        warnings: payload ? warningsOf(payload) : [],
        destinations: fate && payload ? exact(fate, payload, plan) : fate,
      }),
    )
  }
  return null
}

function has(text: string, wanted: string | undefined): boolean {
  return wanted === undefined || text.toLowerCase().includes(wanted)
}

function isOpen({ fates }: Slice): boolean {
  return (fates ?? []).some(({ reasons }) => Object.values(reasons).some((codes) => codes.length > 1))
}

/** The log counts reasons for a batch; where there were several, the settings of today tell which was the event's. */
function exact(fate: Fate, event: SpecEvent, plan: Plan | null): Fate {
  const reasons = Object.entries(fate.reasons).map(([id, codes]) => {
    const destination = codes.length > 1 ? plan?.destinations.find((one) => one.id === id) : undefined
    const code = destination && filterCode(event, destination)
    return [id, code && codes.includes(code) ? [code] : codes] as const
  })
  return { ...fate, reasons: Object.fromEntries(reasons) }
}
