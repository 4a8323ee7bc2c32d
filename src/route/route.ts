import { park } from '../archive/index.ts'
import { fingerprints, type IntakeCounts, type IntakeRemote, type Route } from '../intake/index.ts'
import { encodeSet, setOf } from '../lane/index.ts'
import { filterCode } from '../match/index.ts'
import { type Plan, type PlanDestination, type SettingsCache, within } from '../settings/index.ts'
import { isoTime, type Rejected, type RejectCounts, type SpecEvent, type WarnCounts } from '../event/index.ts'
import { type Line, KindsOfBatch } from './kinds.ts'
import { decodeMessage, parseObject, UnreadableMessage } from './batch.ts'
import { openMessage, readMessage } from './opening.ts'
import type { Item, Parcel, ParcelDeps, QueueMessage } from './parcel.ts'
import { Removals } from './removals.ts'
import { type Seat, Shelf, type Store, storeAlone, whoShares } from './shelf.ts'
import { rejectedShown, shownOf } from './tail-sample.ts'

export interface RouteDeps extends Omit<ParcelDeps, 'removals'> {
  settings: SettingsCache
  intake(source: string): IntakeRemote
  /** Small batches of several sources go into one object of the archive; else each source has its own. */
  sharesArchive: boolean
}

interface BatchDeps extends RouteDeps, ParcelDeps {}

/** What a portion has of one source. */
interface SourceArrivals {
  source: string
  arrivals: Arrival[]
  /** Of the text of its events. */
  chars: number
}

interface PortionDeps extends RouteDeps {
  store: Store
}

/** One accepted request on its way through route. */
interface Arrival {
  item: Item
  accept: string
  source: string
  at: number
  rejected: RejectCounts
  refused: Rejected[]
  warned: WarnCounts | undefined
  lines: Line[]
}

/** What is new of an arrival. */
interface Fresh {
  arrival: Arrival
  lines: Line[]
  duplicates: number
}

/** Text and events held at once: a queue batch of inbox objects may be fifty times a queue batch of messages. */
const PORTION_BYTES = 8_000_000
const PORTION_EVENTS = 20_000
/** What one portion is followed by is read; what it would be after so many comes again, in an isolate that is fresh. */
const MOST_BYTES = 64_000_000
/** What a list or an object takes in memory, beside its text. */
const OBJECT_BYTES = 32
/** Messages that are opened in the inbox, and sources that are routed, at the same time: the connections of an invocation. */
const PARALLEL = 6
/** A source that takes longer does not hold up the others: its messages come again, and are recognised if they were done. */
const SOURCE_MS = 60_000
/** Setting one message aside does not hold up what was handed out with it. */
const PARK_MS = 20_000
/** Tries in which a source's messages are parted to find the one that fails; a source that is out of reach fails in all. */
const PARTINGS = 8
/** A conflict means that another route was faster; what is left is asked about again. */
const ROUNDS = 4
const BUSY_S = 10

/**
 * Routes a batch of the queue `events`: begin, match, archive, commit, then acknowledge. A message that is not
 * acknowledged comes again and is recognised by its accept id, so any step may fail at any time. Held at once is one
 * portion: what a message takes is known before it is parsed, of one in the inbox before it is read.
 */
export async function route(messages: readonly QueueMessage[], given: RouteDeps): Promise<void> {
  const deps: BatchDeps = { ...given, removals: new Removals(given) }
  let portion = new Portion()
  let bytes = 0
  let events = 0
  let all = 0
  for (let from = 0; from < messages.length; from += PARALLEL) {
    const opened = await Promise.all(
      messages
        .slice(from, from + PARALLEL)
        .map((message) => openMessage(message, deps).catch((error: unknown) => failWhole(message, error, deps))),
    )
    for (const one of opened) {
      if (!one) continue
      if (all > 0 && all + one.bytes > MOST_BYTES) {
        one.message.retry({ delaySeconds: 0 })
        continue
      }
      if (portion.arrivals.length > 0 && (bytes + one.bytes > PORTION_BYTES || events > PORTION_EVENTS)) {
        await routePortion(portion, deps)
        portion = new Portion()
        bytes = 0
        events = 0
      }
      const parcel = await readMessage(one, deps).catch((error: unknown) => failWhole(one.message, error, deps))
      if (!parcel) continue
      portion.parcels.push(parcel)
      for (const item of parcel.items) {
        const arrival = await arrive(item, deps).catch((error: unknown) => fail([item], error, deps))
        if (!arrival) continue
        portion.arrivals.push(arrival)
        const size = arrival.lines.reduce((sum, { text }) => sum + sizeOf(text), 0)
        bytes += size
        all += size
        events += arrival.lines.length
      }
    }
  }
  await routePortion(portion, deps)
}

/** What is held at once: messages, and what of them is still to be routed. */
class Portion {
  readonly parcels: Parcel[] = []
  readonly arrivals: Arrival[] = []
}

async function routePortion({ arrivals, parcels }: Portion, deps: RouteDeps): Promise<void> {
  await routeSources(arrivals, deps)
  for (const parcel of parcels) await parcel.close()
}

async function routeSources(arrivals: readonly Arrival[], deps: RouteDeps): Promise<void> {
  const sources = new Map<string, Map<string, Arrival>>()
  for (const arrival of arrivals) {
    const known = sources.get(arrival.source) ?? new Map<string, Arrival>()
    sources.set(arrival.source, known)
    // One accept id twice (queue and sweep): the second is asked about when the first is done.
    if (known.has(arrival.accept)) arrival.item.again(BUSY_S)
    else known.set(arrival.accept, arrival)
  }
  const all = [...sources].map(([source, known]): SourceArrivals => {
    const own = [...known.values()]
    return { source, arrivals: own, chars: sum(own.map(({ lines }) => sum(lines.map(({ text }) => text.length)))) }
  })
  const { together, alone } = deps.sharesArchive ? whoShares(all) : { together: [], alone: all }
  const own: Seat = { store: storeAlone(deps.archive), leave: () => undefined }
  const queue = alone.values()
  const worker = async () => {
    for (const one of queue) await routeInTime(one, own, deps)
  }
  const workers = Array.from({ length: Math.min(PARALLEL, alone.length) }, worker)
  const groups = together.map((group) => {
    const shelf = new Shelf(deps.ctx, deps.archive, group.length)
    return Promise.all(group.map((one) => routeInTime(one, shelf.seat(), deps)))
  })
  await Promise.all([...workers, ...groups])
}

/** What takes too long may still be done, and is recognised then. */
async function routeInTime(
  { source, arrivals }: SourceArrivals,
  { store, leave }: Seat,
  deps: RouteDeps,
): Promise<void> {
  const done = routeParted(source, arrivals, { ...deps, store }, { left: PARTINGS })
    .finally(leave)
    .then(() => true)
  const late = deps.ctx.sleep(SOURCE_MS).then(() => false)
  if (await Promise.race([done, late])) return
  const items = arrivals.map(({ item }) => item)
  fail(items, new Error('the source took too long'), deps)
}

/** What fails together is tried again in halves, so that one message takes no other along. Never rejects. */
async function routeParted(
  source: string,
  arrivals: Arrival[],
  deps: PortionDeps,
  partings: { left: number },
): Promise<void> {
  try {
    await routeSource(source, arrivals, deps)
  } catch (error) {
    if (arrivals.length === 1 || --partings.left < 0) {
      const items = arrivals.map(({ item }) => item)
      return fail(items, error, deps)
    }
    const middle = Math.ceil(arrivals.length / 2)
    await routeParted(source, arrivals.slice(0, middle), deps, partings)
    await routeParted(source, arrivals.slice(middle), deps, partings)
  }
}

/** Bytes that a line takes with its event, roughly: small lists take more than their text. */
function sizeOf(line: string): number {
  let opening = 0
  for (const bracket of ['[', '{']) {
    for (let at = line.indexOf(bracket); at >= 0; at = line.indexOf(bracket, at + 1)) opening++
  }
  return line.length + OBJECT_BYTES * opening
}

/** Reads one batch. `undefined` when nothing is left to route; then it is done already. */
async function arrive(item: Item, deps: RouteDeps): Promise<Arrival | undefined> {
  let { id } = item
  try {
    const decoded = decodeMessage(item.text)
    const { accept } = decoded
    id = accept
    if ('inbox' in decoded) throw new UnreadableMessage('an inbox object is a pointer')
    const lines = decoded.lines.map((line): Line => ({ text: line, event: parseObject(line) as SpecEvent }))
    const { source, writeKey, at, rejected, refused = [], warned } = decoded
    if (source !== null) return { item, accept, source, at, rejected, refused, warned, lines }
    return await adopt({ item, accept, at, rejected, refused, warned, lines }, writeKey, deps)
  } catch (error) {
    if (!(error instanceof UnreadableMessage)) throw error
    await within(deps.ctx, park(deps.archive, id, item.text, error.message), PARK_MS)
    deps.ctx.log('error', 'message parked: it cannot be read', { accept: id, error: error.message })
    await item.done()
    return undefined
  }
}

/** Finds the source of a batch that was accepted while settings could not be read. */
async function adopt(
  arrival: Omit<Arrival, 'source'>,
  writeKey: string | undefined,
  { settings, ctx }: RouteDeps,
): Promise<Arrival | undefined> {
  const owner = writeKey === undefined ? null : await settings.ownerOfKey(writeKey)
  const { lines, rejected } = arrival
  if (!owner) {
    ctx.log('warn', 'batch dropped: its write key, unreadable when it was accepted, is unknown', {
      events: lines.length,
    })
    await arrival.item.done()
    return undefined
  }
  const source = owner.sourceId
  if (!owner.enabled) {
    return {
      ...arrival,
      source,
      lines: [],
      warned: undefined,
      rejected: { ...rejected, source_disabled: lines.length },
    }
  }
  const owned = lines.map(({ event }) => {
    const whole = { ...event, projectId: source }
    return { text: JSON.stringify(whole), event: whole }
  })
  return { ...arrival, source, lines: owned }
}

async function routeSource(source: string, arrivals: Arrival[], deps: PortionDeps): Promise<void> {
  const plan = await deps.settings.plan(source)
  const intake = deps.intake(source)
  let left = arrivals
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    const { batch, verdicts, watched } = await intake.begin(
      left.map(({ accept, lines }) => ({ accept, ids: idsOf(lines) })),
    )
    const fresh: Fresh[] = []
    const done: Promise<void>[] = []
    for (const [at, arrival] of left.entries()) {
      const verdict = verdicts[at]
      if (verdict?.state === 'done') done.push(arrival.item.done())
      else if (verdict?.state !== 'new') arrival.item.again(BUSY_S)
      else {
        const known = new Set(verdict.duplicates)
        fresh.push({
          arrival,
          lines: arrival.lines.filter((_, index) => !known.has(index)),
          duplicates: known.size,
        })
      }
    }
    await Promise.all(done)
    left = fresh.map(({ arrival }) => arrival)
    if (left.length === 0) return
    try {
      if (await archiveAndCommit(source, { batch, watched }, fresh, plan, intake, deps)) {
        // Only now may they be forgotten elsewhere: they are in the log.
        await Promise.all(left.map(({ item }) => item.done()))
        return
      }
    } catch (error) {
      // Free at once for the redelivery, instead of after the claim's time.
      await intake.release(left.map((one) => one.accept)).catch(() => undefined)
      throw error
    }
    await intake.release(left.map((one) => one.accept))
  }
  for (const { item } of left) item.again(BUSY_S)
}

/** `false`: refused, and the object is gone again, unless it has batches of others. */
async function archiveAndCommit(
  source: string,
  { batch, watched = false }: { batch: string; watched: boolean | undefined },
  fresh: readonly Fresh[],
  plan: Plan | null,
  intake: IntakeRemote,
  { store, ctx }: PortionDeps,
): Promise<boolean> {
  const lines = fresh.flatMap((one) => one.lines)
  const times = fresh.map(({ arrival }) => arrival.at)
  const facts = {
    firstReceivedAt: isoTime(times.reduce((a, b) => Math.min(a, b))),
    lastReceivedAt: isoTime(times.reduce((a, b) => Math.max(a, b))),
  }
  const kinds = new KindsOfBatch(lines)
  const routes = Object.fromEntries((plan?.destinations ?? []).map((one) => [one.id, matchAll(lines, one, kinds)]))
  const texts = lines.map(({ text }) => text)
  const place = texts.length > 0 ? await store({ source, batch, ...facts, lines: texts }) : null
  const refused = rejectedShown(fresh.map(({ arrival }) => arrival))
  const commit = {
    batch,
    key: place?.key ?? null,
    chunks: place?.chunks ?? [],
    ...facts,
    accepts: fresh.map(({ arrival }) => arrival.accept),
    ids: idsOf(lines),
    routes: lines.length > 0 ? routes : {},
    counts: sumCounts(fresh),
    ...(refused.length > 0 && { refused }),
    ...(watched && { shown: shownOf(lines, plan?.destinations ?? []) }),
  }
  // The same batch may be committed twice: without an answer, ask once more.
  const reply = await intake.commit(commit).catch(() => intake.commit(commit))
  if (reply === 'ok') {
    ctx.log('info', 'batch committed', {
      source,
      batch,
      events: lines.length,
      destinations: Object.keys(routes).length,
      ...(Object.keys(commit.counts.rejected).length > 0 && { rejected: commit.counts.rejected }),
    })
    return true
  }
  ctx.log('info', 'commit refused', { source, batch, reply })
  await place?.remove()
  return false
}

function matchAll(lines: readonly Line[], destination: PlanDestination, kinds: KindsOfBatch): Route {
  const events: number[] = []
  const filtered: Record<string, number> = {}
  const filteredKinds: Record<string, Record<string, number>> = {}
  for (const [index, { event }] of lines.entries()) {
    const code = filterCode(event, destination)
    if (code) {
      filtered[code] = (filtered[code] ?? 0) + 1
      kinds.count((filteredKinds[code] ??= {}), index)
    } else events.push(index)
  }
  const isFiltered = events.length < lines.length
  return { events: encodeSet(setOf(events)), filtered, ...(isFiltered && { filteredKinds }), config: destination.lane }
}

function sumCounts(fresh: readonly Fresh[]): IntakeCounts {
  const counts: IntakeCounts = { requests: fresh.length, received: 0, duplicates: 0, rejected: {} }
  for (const { arrival, lines, duplicates } of fresh) {
    counts.received += lines.length + duplicates
    counts.duplicates += duplicates
    addCounts(counts.rejected, arrival.rejected)
    if (arrival.warned) addCounts((counts.warned ??= {}), arrival.warned)
  }
  return counts
}

function addCounts(sums: Record<string, number>, counts: Partial<Record<string, number>>): void {
  for (const [code, n = 0] of Object.entries(counts)) sums[code] = (sums[code] ?? 0) + n
}

function idsOf(lines: readonly Line[]): Uint32Array {
  return fingerprints(lines.map(({ event }) => event.messageId))
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0)
}

/** Nothing is lost: what failed comes again, later each time. */
function fail(items: readonly Item[], error: unknown, { ctx }: RouteDeps): undefined {
  ctx.log('error', 'route failed; the batches come again', { batches: items.length, error: String(error) })
  for (const item of items) item.again(delayAfter(item.attempts))
}

/** A message that cannot be looked at now. */
function failWhole(message: QueueMessage, error: unknown, { ctx }: RouteDeps): undefined {
  ctx.log('error', 'a message cannot be opened; it comes again', { error: String(error) })
  message.retry({ delaySeconds: delayAfter(message.attempts) })
}

/** Seconds. */
function delayAfter(attempts: number): number {
  return Math.min(5 * 2 ** Math.min(attempts, 10), 900)
}
