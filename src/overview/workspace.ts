import type { Context } from '../context.ts'
import { isoTime } from '../event/index.ts'
import { patiently } from '../settings/index.ts'
import type {
  OverviewAnswer,
  OverviewMember,
  OverviewProgress,
  OverviewQuery,
  TrackedOnDay,
  UsersOnDay,
  WayQuery,
  WaysAt,
} from './protocol.ts'
import { addUsers, countUsers, decodeUsers, noUsers } from './tracked-users.ts'
import { WAY_DIALS } from './way-rows.ts'
import { addWays, type Ways } from './ways.ts'
import { type KnownMember, type OverviewStorage, OverviewStore, sumIdOf } from './workspace-store.ts'

export interface OverviewDeps {
  ctx: Pick<Context, 'now' | 'log' | 'sleep'>
  /** Sources and destinations of the workspace that ever had an event. */
  members(): Promise<OverviewMember[]>
  /** Ways of one of them; `complete`: nothing that has happened was left out. */
  ways(member: OverviewMember, query: WayQuery): Promise<{ points: WaysAt[]; complete: boolean }>
  /** Of whom a source's events were, from this day (since 1970) on. */
  users(sourceId: string, from: number): Promise<UsersOnDay[]>
}

/** How much is asked at a time. */
export interface OverviewDials {
  /** Milliseconds: for so long after a comparison nothing has moved. */
  freshMs: number
  /** Milliseconds that somebody who looks waits. */
  lookMs: number
  /** Members that one run asks, two calls each, so many at the same time, and milliseconds after which it begins no more. */
  asked: number
  parallel: number
  runMs: number
}

export const OVERVIEW_DIALS: OverviewDials = { freshMs: 10_000, lookMs: 2_000, asked: 400, parallel: 6, runMs: 20_000 }

const DAY_MS = WAY_DIALS.slotMs * WAY_DIALS.hourSlots * WAY_DIALS.rowHours
const SOON_MS = 50
/** When a run got no further: twice as long each time, up to the last. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** Members that are gone, of one run. */
const MOST_GONE = 400
/** One that takes longer is asked another time. */
const ASK_MS = 10_000
/** What has begun goes on for so long after somebody has looked. */
const KEEP_ON_MS = 10 * 60_000
/** What was told may change so long before it was asked: clocks of objects are a little apart. */
const AGAIN_MS = 2 * 3_600_000

/**
 * What became of all events of a workspace. When somebody looks it asks those sources and destinations whose figures have
 * moved since it asked them last, which health in D1 knows, and has sums of what all have told: so a page is one call, however
 * many there are, an event costs nothing, and who is idle is not asked. Whatever dies, the next look goes on: what a member
 * tells takes the place of what it told before.
 */
export class WorkspaceOverview {
  readonly #store: OverviewStore
  readonly #deps: OverviewDeps
  readonly #dials: OverviewDials
  #run: Promise<void> | undefined
  /** Milliseconds; 0: it was not compared yet. */
  #comparedAt = 0
  #lookedAt: number | undefined
  #left = 0
  /** Runs in a row in which nobody could tell everything. */
  #stuck = 0
  /** Members that could not be asked, by how often in a row. */
  readonly #failures = new Map<string, number>()

  constructor(storage: OverviewStorage, deps: OverviewDeps, dials: OverviewDials = OVERVIEW_DIALS) {
    this.#store = new OverviewStore(storage)
    this.#deps = deps
    this.#dials = dials
  }

  /** Asks whom it has to, as far as that is quick, and answers with what is known. */
  async read({ step, from, until, stepMs, sourceId, parts }: OverviewQuery): Promise<OverviewAnswer> {
    await this.#look()
    const points = new Map<number, Ways>()
    for (const { at, ways } of this.#store.read(sumIdOf(sourceId ?? ''), step, from, until)) {
      const place = from + Math.floor((at - from) / stepMs) * stepMs
      const sum = points.get(place) ?? {}
      points.set(place, sum)
      addWays(sum, ways)
    }
    const told: OverviewAnswer['parts'] = {}
    for (const id of parts) {
      const sum: Ways = {}
      for (const { ways } of this.#store.read(id, step, from, until)) addWays(sum, ways)
      told[id] = sum
    }
    const all = [...points].toSorted(([a], [b]) => a - b).map(([at, ways]) => ({ at, ways }))
    return { points: all, parts: told, progress: this.#progress() }
  }

  /** People in the days [from, until) since 1970, up to and with each on which there were any. Those of sources that are gone stay. */
  async trackedUsers(from: number, until: number): Promise<TrackedOnDay[]> {
    await this.#look()
    const sum = noUsers()
    return this.#store.users(from, until).map(({ day, users }) => {
      addUsers(sum, decodeUsers(users))
      return { day, ...countUsers(sum) }
    })
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    this.#lookedAt ??= ctx.now()
    try {
      await this.#go()
    } catch (error) {
      this.#left = Math.max(1, this.#left)
      this.#stuck++
      ctx.log('warn', 'overview waits', { error: String(error) })
    }
    if (this.#left === 0 || ctx.now() - this.#lookedAt > KEEP_ON_MS) return
    const wait = this.#stuck === 0 ? SOON_MS : Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(this.#stuck - 1, 10))
    await this.#store.setAlarm(ctx.now() + wait)
  }

  async #look(): Promise<void> {
    const { ctx } = this.#deps
    const now = ctx.now()
    this.#lookedAt = now
    const isFresh = now - this.#comparedAt < this.#dials.freshMs
    if (isFresh && this.#left === 0 && !this.#run) return
    try {
      await patiently(ctx, this.#go(), this.#dials.lookMs)
    } catch (error) {
      ctx.log('warn', 'overview waits', { error: String(error) })
      this.#left = Math.max(1, this.#left)
    }
    if (this.#left > 0) await this.#store.setAlarm(ctx.now() + RETRY_MS)
  }

  /** Takes part in the run that is under way, or begins one. */
  #go(): Promise<void> {
    this.#run ??= this.#ask().finally(() => void (this.#run = undefined))
    return this.#run
  }

  /** Compares with what the list of members says, and asks those that have moved. */
  async #ask(): Promise<void> {
    const { ctx, members } = this.#deps
    const { asked, parallel, runMs } = this.#dials
    const end = ctx.now() + runMs
    const comparedAt = ctx.now()
    const listed = await patiently(ctx, members(), ASK_MS)
    const known = this.#store.members()
    this.#store.prune(comparedAt)
    const ids = new Set(listed.map(({ id }) => id))
    const gone = [...known].filter(([id]) => !ids.has(id))
    for (const [id, one] of gone.slice(0, MOST_GONE)) this.#store.forget(id, one, comparedAt)
    for (const id of this.#failures.keys()) if (!ids.has(id)) this.#failures.delete(id)
    const due = listed
      .filter(({ id, at }) => known.get(id)?.seen !== at)
      .toSorted((a, b) => (this.#failures.get(a.id) ?? 0) - (this.#failures.get(b.id) ?? 0))
    this.#comparedAt = comparedAt
    this.#left = due.length + Math.max(0, gone.length - MOST_GONE)
    const left = due.slice(0, asked).values()
    let told = 0
    const worker = async () => {
      for (const member of left) {
        if (ctx.now() > end) return
        if (!(await this.#askOne(member, known.get(member.id)))) continue
        told++
        this.#left--
      }
    }
    await Promise.all(Array.from({ length: parallel }, worker))
    this.#stuck = told === 0 && this.#left > 0 ? this.#stuck + 1 : 0
  }

  /** Whether it has told everything. */
  async #askOne(member: OverviewMember, known: KnownMember | undefined): Promise<boolean> {
    const { ctx, ways, users } = this.#deps
    const now = ctx.now()
    const { slotsMs, hoursMs } = WAY_DIALS
    const from = startOfDay(known ? Math.max(known.asked - AGAIN_MS, now - hoursMs) : now - hoursMs)
    // Clocks of objects are a little apart.
    const until = now + AGAIN_MS
    try {
      const isSource = member.id === member.sourceId
      const firstDay = known?.asked ? Math.floor(from / DAY_MS) : 0
      const [hours, slots, people] = await patiently(
        ctx,
        Promise.all([
          ways(member, { step: 'hour', from, until }),
          ways(member, { step: 'slot', from: now - slotsMs, until }),
          isSource ? users(member.id, firstDay) : [],
        ]),
        ASK_MS,
      )
      const complete = hours.complete && slots.complete
      const told = { from, hours: hours.points, slots: slots.points, users: people }
      this.#store.tell(member, told, complete ? member.at : null, now)
      this.#failures.delete(member.id)
      return complete
    } catch (error) {
      this.#failures.set(member.id, (this.#failures.get(member.id) ?? 0) + 1)
      ctx.log('warn', 'figures of an overview wait', { of: member.id, error: String(error) })
      return false
    }
  }

  #progress(): OverviewProgress {
    const at = this.#comparedAt === 0 ? null : isoTime(this.#comparedAt)
    return { at, left: this.#left, members: this.#store.members().size }
  }
}

function startOfDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS
}
