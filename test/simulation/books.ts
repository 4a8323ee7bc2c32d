import { stepSums } from '../../src/overview/index.ts'
import type { LogEntry } from '../../src/intake/index.ts'
import type { Lane } from '../../src/lane/index.ts'
import type { Committed } from './archive.ts'
import type { Clients } from './clients.ts'
import type { Destination, Operator } from './operator.ts'
import { checkReplays, openReplays } from './replay-books.ts'
import { neverCame, show, type Watched } from './watch.ts'
import type { World } from './world.ts'

type Say = (what: string) => void

/** For an alarm to ring, and for a segment to be written. */
const LATE_MS = 60_000

/** What is still owed to somebody; empty when a run may end. */
export function owed(world: World, operator: Operator, clients: Clients): string[] {
  const open = [...world.unfinished, ...world.replays.open, ...openReplays(world)]
  for (const key of world.bucket.keys('inbox/')) if (isOwed(world, key, clients)) open.push(key)
  if (clients.underWay > 0) open.push(`${clients.underWay} clients wait`)
  for (const { id, alias } of operator.destinations) {
    const { accepted, pending } = world.lanes.of(id).core.ledger()
    const expected = world.watch.archive.owed(id).accepted
    if (world.lanes.of(id).core.metrics().redriving) open.push(`${alias} is redriving`)
    if (pending > 0) open.push(`${alias} has ${pending} pending`)
    if (accepted !== expected) open.push(`${alias} has taken over ${accepted} of ${expected}`)
  }
  return open
}

/**
 * Whether somebody still has to see to a batch of the inbox: the sweep, where it is armed, and in any case when it has
 * events that were acked and are not archived. Of a batch whose client was told nothing, nothing is promised.
 */
function isOwed(world: World, key: string, clients: Clients): boolean {
  if (world.sweeps.of('inbox').isArmed) return true
  const { times } = world.watch.archive
  const [, ...lines] = new TextDecoder().decode(world.bucket.objects.get(key)).split('\n')
  return lines.some((line) => {
    const { n } = (JSON.parse(line) as { properties: { n: number } }).properties
    return clients.acked.has(n) && !times.has(n)
  })
}

/** Shared objects that no log has are gone without anybody's asking, once there was time for it. */
export function checkSwept(world: World, restMs: number, say: Say): void {
  if (!world.sweeps.of('inbox').isArmed || world.dials.sweep.orphanAgeMs + LATE_MS > restMs) return
  const known = new Set(world.watch.archive.all.map(({ key }) => key))
  for (const key of world.bucket.keys('raw/shared/'))
    if (!known.has(key)) say(`${key} is in no log, and the sweep has not removed it`)
}

/** The books of a run that is over: everything that was promised, counted from outside. */
export function checkBooks(world: World, operator: Operator, clients: Clients, say: Say): void {
  checkArchive(world, clients, say)
  for (const { id, alias } of operator.sources) checkLog(world, id, alias, say)
  checkReplays(world, operator, say)
  for (const destination of operator.destinations) {
    const watched = world.watch.of(destination.id)
    checkLane(world, destination, watched, say)
    checkReceiver(world, destination, watched, say)
    checkVerdicts(world, destination, clients, say)
  }
}

/** Every acked event is in the archive, once; and the archive has nothing that no log knows. */
function checkArchive(world: World, clients: Clients, say: Say): void {
  const { archive } = world.watch
  const times = new Map<number, Committed[]>()
  for (const batch of archive.all) {
    if (batch.key === null) continue
    const stored = archive.read(batch)
    if (stored.join() !== batch.events.join())
      say(`the archive has ${stored.join()} where ${batch.events.join()} was committed`)
    for (const event of stored) times.set(event, [...(times.get(event) ?? []), batch])
  }
  for (const event of clients.acked.keys()) if (!times.has(event)) say(`event ${event} was acked and is lost`)
  for (const [event, batches] of times) {
    if (batches.some((batch, at) => at > 0 && !isForgotten(world, batches[at - 1], batch)))
      say(`event ${event} is ${batches.length} times in the archive`)
    const sent = clients.sent.get(event)
    if (!sent) say(`event ${event} is in the archive and was never sent`)
    else if (!sent.kept) say(`event ${event} is in the archive and is beyond what may be kept`)
  }
  const known = new Set(archive.all.map(({ key }) => key))
  for (const key of world.bucket.keys('raw/')) if (!known.has(key)) say(`${key} is in no log`)
  world.journal.figures.events += times.size
}

/** The one documented case of a repeat that is taken for new: a day and a thousand commits later. */
function isForgotten(world: World, first: Committed | undefined, again: Committed): boolean {
  const { windowMs, windowRows } = world.dials.intake
  // Clocks of two instances.
  const tolerance = world.watch.tolerance
  return first !== undefined && again.at - first.at >= windowMs - tolerance && again.seq - first.seq >= windowRows
}

/** Segments and live rows together are the log: every row that was committed, once, in order, with what was said of it. */
function checkLog(world: World, source: string, alias: string, say: Say): void {
  const { archive } = world.watch
  const { core } = world.intakes.of(source)
  const committed = archive.all.filter((one) => one.source === source)
  let seq = 1
  for (;;) {
    const part = core.log({ seq })
    const all = 'segment' in part ? archive.segment(source, part.segment) : part.entries
    const entries = all.filter((entry) => entry.seq >= seq)
    if (entries.length === 0) break
    world.journal.figures.sealed += 'segment' in part ? entries.length : 0
    if (!('segment' in part)) checkLive(world, alias, entries, say)
    for (const entry of entries) {
      const one = committed[seq - 1]
      const same = entry.seq === seq && entry.batch === one?.batch && entry.key === one.key
      if (!same) return say(`the log of ${alias} has ${entry.seq} ${entry.batch} as its row ${seq}, not ${one?.batch}`)
      if (Object.keys(entry.routes ?? {}).join() !== Object.keys(one.routes).join())
        say(`row ${seq} of ${alias} has lost its routes`)
      seq++
    }
  }
  if (seq !== committed.length + 1)
    say(`the log of ${alias} ends with row ${seq - 1}, ${committed.length} were committed`)
}

/** No destination is owed an event whose own integrations object says that it is not for it. */
function checkVerdicts(world: World, { id, alias }: Destination, { acked }: Clients, say: Say): void {
  for (const event of world.watch.archive.owed(id).events.keys()) {
    if (acked.get(event)?.unwanted) say(`${alias} is owed event ${event}, which wants no Webhooks`)
  }
}

/** Of what is old a log holds no segment's worth: that has left, and is read from where it went. */
function checkLive(world: World, alias: string, entries: readonly LogEntry[], say: Say): void {
  const { liveMs, segmentRows } = world.dials.intake
  const old = entries.filter(({ committedAt }) => Date.parse(committedAt) < world.clock.now - liveMs - LATE_MS)
  // The last row stays, whatever its age.
  if (old.length > segmentRows) say(`the log of ${alias} holds ${old.length} rows that are too old`)
}

/** What became of its events by name comes to its ledger, as long as all of the run is kept. */
function checkWays(world: World, id: string, alias: string, say: Say): void {
  const { core } = world.lanes.of(id)
  const points = core.ways({ step: 'hour', from: 0, until: Number.MAX_SAFE_INTEGER })
  const sums = { delivered: 0, filtered: 0, failed: 0, resent: 0 }
  for (const { ways } of points)
    for (const [step, n] of Object.entries(stepSums(ways))) sums[step as keyof typeof sums] += n
  const { delivered, filtered, dead } = core.ledger()
  const told = JSON.stringify({ delivered: sums.delivered, filtered: sums.filtered, dead: sums.failed - sums.resent })
  const is = JSON.stringify({ delivered, filtered, dead })
  if (told !== is && !world.isPastForgotten) say(`${alias} tells by name of ${told}, its ledger is ${is}`)
}

function checkLane(world: World, { id, alias, deleted }: Destination, watched: Watched, say: Say): void {
  const ledger = world.lanes.of(id).core.ledger()
  const { accepted, filtered } = world.watch.archive.owed(id)
  const { answers, leases } = watched
  const lost = leases.lost()
  if (ledger.pending !== 0) say(`${alias} has ${ledger.pending} pending at the end`)
  if (ledger.accepted !== accepted) say(`${alias} has accepted ${ledger.accepted}, its logs have ${accepted}`)
  if (ledger.filtered < filtered) say(`${alias} has filtered ${ledger.filtered}, its logs ${filtered}`)
  const letters = lettersOf(world, id)
  const dead = letters.reduce((n, one) => n + one.events.length, 0)
  const { gone } = watched.letters
  if (ledger.dead !== dead + gone) say(`${alias} counts ${ledger.dead} dead, keeps ${dead}, and ${gone} are too old`)
  world.checkPast(id)
  checkWays(world, id, alias, say)
  for (const problem of watched.letters.redriveProblems(world.lanes.of(id).core)) say(`${alias}: ${problem}`)
  for (const { reason, events } of letters) {
    for (const event of events) {
      const problem = deadWithout(reason, answers.get(event) ?? new Set(), deleted)
      if (problem) say(`${alias}: event ${event} is dead of ${reason}: ${problem}`)
    }
  }
  // Who was never in doubt counts exactly as the receiver does.
  const unwanted = sumOf(watched.unwanted)
  const arrived = sumOf(watched.taken)
  if (lost.length === 0 && ledger.delivered !== arrived)
    say(`${alias} has delivered ${ledger.delivered}, its receiver took ${arrived}: ${show(ledger)}`)
  if (lost.length === 0 && ledger.filtered !== filtered + unwanted)
    say(`${alias} has filtered ${ledger.filtered}, not ${filtered} and ${unwanted}`)
  for (const lease of lost) {
    if (lease.excuse === null)
      say(
        `${alias}: the grant of ${lease.events.join()} to ${lease.worker?.name} was never settled, and nothing struck it`,
      )
  }
}

/** Each event at least once, and more often only for each of its grants that was lost. */
function checkReceiver(world: World, { id, alias, deleted }: Destination, watched: Watched, say: Say): void {
  const { taken, unwanted, arrived, held, leases, letters } = watched
  const { events } = world.watch.archive.owed(id)
  const dead = new Set(lettersOf(world, id).flatMap((letter) => letter.events))
  for (const [event, times] of events) {
    const got = (taken.get(event) ?? 0) + (unwanted.get(event) ?? 0)
    if (got >= times || (deleted && dead.has(event)) || letters.expired.has(event)) continue
    say(`${alias} got event ${event} ${got} times of ${times}${dead.has(event) ? ', it is dead' : ''}`)
  }
  for (const event of arrived.keys()) if (!events.has(event)) say(`${alias} got event ${event}, which is not for it`)
  for (const [event, n] of taken) {
    const isLost = (id: string) => {
      const lease = leases.all.get(id)
      return lease !== undefined && !lease.settled && !lease.told.has(event)
    }
    const lost = (held.get(event) ?? []).filter(isLost).length
    const most = (events.get(event) ?? 0) + lost
    if (n > 1) world.journal.figures.duplicates += n - 1
    if (n > most) say(`${alias} took event ${event} ${n} times, ${lost} of its grants were lost`)
  }
}

function sumOf(times: ReadonlyMap<number, number>): number {
  return [...times.values()].reduce((sum, n) => sum + n, 0)
}

interface Letter {
  reason: string
  events: number[]
}

function lettersOf(world: World, id: string): Letter[] {
  const lane: Lane = world.lanes.of(id).core
  const all: Letter[] = []
  for (const { reason, log, seq, events } of lane.deadLetters(null, 100_000)) {
    all.push({ reason, events: world.watch.archive.events(log, seq, events) })
  }
  return all
}

/** Why an event must not be dead of this reason, or `null`. */
function deadWithout(reason: string, answers: Set<number | 'timeout' | 'network'>, deleted: boolean): string | null {
  if (reason === 'timeout' || reason === 'network' || /^http_\d+$/.test(reason)) return neverCame(reason, answers)
  if (reason === 'destination_deleted' || reason === 'DESTINATION_MISSING') return deleted ? null : 'nobody deleted it'
  return reason === 'expired' || reason === 'destination_disabled' ? null : 'that must not happen'
}
