import { DamagedObject, readLines } from '../archive/index.ts'
import type { Context, Fetch } from '../context.ts'
import type { WakeUp } from '../env.ts'
import type { AllowLocal } from '../integrations/index.ts'
import {
  type Grant,
  type GrantLimits,
  isGone,
  type LaneRemote,
  type SendResult,
  type Settlement,
} from '../lane/index.ts'
import { type Database, disableDestination, type SettingsCache } from '../settings/index.ts'
import { isoTime } from '../event/index.ts'
import type { Lines } from './contents.ts'
import { Outcomes } from './outcomes.ts'
import { askLeave } from './permit.ts'
import { type Ready, sendAll } from './sending.ts'

export interface DeliverDeps {
  ctx: Context
  db: Database
  archive: R2Bucket
  settings: SettingsCache
  lane(destination: string): LaneRemote
  /** The local run only: destinations may be on loopback. */
  allowLocal: AllowLocal
}

/** What a worker works for: a destination, by its own lane or by that of a replay. */
interface Job {
  destination: string
  lane: LaneRemote
  replay?: string
}

/** A worker asks for no further grant after this; with a grant's window and a timeout it stays under half a minute. */
const RUN_MS = 10_000
/**
 * Nor after so many requests and calls, of ten thousand that an invocation may make: room is left for a grant of 500 events
 * with five addresses each, and for what is told to lane and settings.
 */
const MOST_CALLS = 7_000
/** To the lane and to R2, for each grant; once a second the lane is told of one that goes on. */
const CALLS_A_GRANT = 9
const SETTLE_TRIES = 3

/** Works for one lane until it has nothing to grant or the time is up. Never throws: the lane's lease sees to the rest. */
export async function runLane(wakeUp: WakeUp, deps: DeliverDeps): Promise<void> {
  const { ctx } = deps
  const destination = wakeUp.replay?.destination ?? wakeUp.lane
  const began = ctx.now()
  let asked = began
  let calls = 0
  const send = ctx.fetch.sharing?.() ?? ctx.fetch
  const fetch: Fetch = (request, timeoutMs) => {
    calls++
    return send(request, timeoutMs)
  }
  const counted = { ...deps, ctx: { ...ctx, fetch } }
  try {
    const leave = await askLeave(wakeUp, deps.lane)
    if (!leave) return
    const lane = deps.lane(wakeUp.lane)
    const job = { destination, lane, ...(wakeUp.replay && { replay: wakeUp.lane }) }
    try {
      let grant = await lane.take(leave.within)
      while (grant) {
        const settlement = await sendGrant(job, grant, asked, counted)
        calls += CALLS_A_GRANT + (grant.pieces?.length ?? 0)
        const goesOn = await leave.report(settlement)
        asked = ctx.now()
        const gone = settlement.results.some(isGone)
        const next = goesOn && asked - began < (leave.runMs ?? RUN_MS) && calls < MOST_CALLS
        grant = await settle(lane, settlement, next, leave.within)
        if (gone) await disable(destination, deps)
      }
    } finally {
      await leave.end()
    }
  } catch (error) {
    ctx.log('warn', 'worker stopped early', { destination, error: String(error) })
  }
}

/** The lane has stopped by itself; this makes it known to the owner and to route. Enabling it again is theirs. */
async function disable(destination: string, { ctx, db, settings, lane }: DeliverDeps): Promise<void> {
  const notice = `The receiver answered 410 Gone at ${isoTime(ctx.now())}: it wants no more events.`
  const config = await disableDestination(db, destination, notice)
  settings.invalidate()
  if (config) await lane(destination).configure(config)
  ctx.log('warn', 'destination disabled: its receiver is gone', { destination })
}

/** The outcome matters more than the next grant, so it is repeated without asking for one. */
async function settle(
  lane: LaneRemote,
  settlement: Settlement,
  next: boolean,
  within?: GrantLimits,
): Promise<Grant | null> {
  for (let tries = 1; ; tries++) {
    try {
      return await lane.settle(settlement, next && tries === 1, within)
    } catch (error) {
      if (tries === SETTLE_TRIES) throw error
    }
  }
}

async function sendGrant(job: Job, grant: Grant, asked: number, deps: DeliverDeps): Promise<Settlement> {
  const { work, part, lease, seq, version, events, progress: terms } = grant
  const whose = { work, ...(part !== undefined && { part }), lease, seq }
  const { destination, lane } = job
  const ready = await prepare(job, grant, deps)
  const outcomes = new Outcomes({ tell: (some) => lane.progress({ ...whose, ...some }), terms }, asked, deps.ctx)
  if (!Array.isArray(ready)) await sendAll(ready, grant, { asked, outcomes }, deps)
  const settled = Array.isArray(ready) ? { results: ready } : outcomes.end()
  const arrived = settled.results.filter(({ outcome }) => outcome.kind === 'delivered')
  const delivered = arrived.reduce((n, { events: some }) => n + some.length, 0)
  const told = arrived.find(({ message }) => message !== undefined)?.message
  if (told !== undefined) deps.ctx.log('warn', 'an answer lists other events than were sent', { destination, told })
  deps.ctx.log('info', 'grant settled', {
    destination,
    seq,
    events: events.length,
    delivered,
    attempt: grant.attempt + 1,
  })
  return { ...whose, version, ...settled }
}

/** Target and lines, or what to report when there is no sending. */
async function prepare(
  { destination, lane, replay }: Job,
  grant: Grant,
  deps: DeliverDeps,
): Promise<Ready | SendResult[]> {
  const { events } = grant
  try {
    const [target, lines] = await Promise.all([deps.settings.target(destination), linesOf(grant, deps)])
    // A replay goes on beside it: a person has asked for it.
    if (target?.stopped && !replay) {
      // Its lane could not be told, or it would have granted nothing.
      await lane.configure(target.stopped)
      deps.ctx.log('info', 'lane told that its destination is stopped', { destination })
      return [{ outcome: { kind: 'unsent' }, events, tookMs: 0 }]
    }
    if (target && lines) return { target, lines, ...(replay !== undefined && { replay }) }
    const missing = target ? 'ARCHIVE_OBJECT_MISSING' : 'DESTINATION_MISSING'
    deps.ctx.log('error', 'grant cannot be sent', { destination, key: grant.key, missing })
    return [{ outcome: { kind: 'retry', code: missing }, events, tookMs: 0 }]
  } catch (error) {
    deps.ctx.log('warn', 'grant cannot be prepared', { destination, key: grant.key, error: String(error) })
    return [{ outcome: { kind: 'unsent' }, events, tookMs: 0 }]
  }
}

/** The lines of a grant's events; `null`: they are gone. Of several archived batches those of one may be gone alone. */
async function linesOf(grant: Grant, { archive }: Pick<DeliverDeps, 'archive'>): Promise<Lines | null> {
  const pieces = grant.pieces ?? [grant]
  const read = await Promise.all(
    pieces.map(({ key, chunks }) =>
      readLines(archive, key, chunks).catch((error: unknown) => {
        if (pieces.length > 1 && error instanceof DamagedObject) return null
        throw error
      }),
    ),
  )
  if (read.every((lines) => lines === null)) return null
  return (event) => {
    const at = pieces.findLastIndex(({ first }) => first <= event)
    const lines = read[at]
    return lines && lines[event - (pieces[at]?.first ?? 0)]
  }
}
