import { acceptTime, getInbox, listInbox, park, removeInbox } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { type IntakeRemote, LOST_TRIES, removeSharedOrphans } from '../intake/index.ts'
import { encodePointer } from '../route/index.ts'
import { SWEEP_DIALS, type SweepDials } from './dials.ts'

/** The part of a Durable Object's storage that the sweep needs. */
export interface SweepStorage {
  sql: Pick<SqlStorage, 'exec'>
  getAlarm(): Promise<number | null>
  setAlarm(at: number): Promise<void>
}

export interface SweepDeps {
  ctx: Context
  archive: R2Bucket
  events: Queue<string>
  intake(source: string): Pick<IntakeRemote, 'log'>
  /** Somebody has to know that something is parked. */
  onParked?(): Promise<void>
}

export interface Recovered {
  queued: number
  complete: boolean
}

/** How far a lap through the inbox has come. A lap is one sweep, unless the inbox is very full. */
interface Lap {
  /** Milliseconds: when this lap and the one before began. */
  began: number
  before: number
  /** The last accept id that was looked at; absent when the lap is over. */
  after?: string
}

/** How far orphan passes over shared objects have come, when the next one is due (milliseconds), and failed tries to go on. */
interface OrphanState {
  after?: string
  due: number
  tries: number
}

const EVERY_MS = 30_000
/** Younger ones are on their ordinary way. */
const YOUNGEST_MS = 60_000
/** Pages of a thousand in one sweep. */
const PAGES = 20
const POINTERS = 100
/** Pages of a thousand in one recovery: eleven calls each, of ten thousand that an invocation may make. */
const RECOVERY_PAGES = 100

/**
 * Removes shared objects of the archive that no log has, and queues again what lies in the inbox: a pointer message may be
 * lost, and the local queue is lost whole with its process.
 * An object is queued when its age has just passed 1, 2, 4, 8 … minutes, so that a backlog is not multiplied.
 */
export class Sweep {
  readonly #storage: SweepStorage
  readonly #deps: SweepDeps
  readonly #dials: SweepDials

  constructor(storage: SweepStorage, deps: SweepDeps, dials: SweepDials = SWEEP_DIALS) {
    this.#storage = storage
    this.#deps = deps
    this.#dials = dials
    storage.sql.exec('CREATE TABLE IF NOT EXISTS sweep (id INTEGER PRIMARY KEY, body TEXT NOT NULL)')
  }

  /** Sees to it that the sweep runs. */
  async arm(): Promise<void> {
    if ((await this.#storage.getAlarm()) === null) await this.#storage.setAlarm(this.#deps.ctx.now() + EVERY_MS)
  }

  /** Queues what waits, now: how much that is, and whether it was all; else the next call goes on. */
  async recover(): Promise<Recovered> {
    await this.arm()
    let queued = 0
    let after = this.#recovered()
    for (let page = 0; page < RECOVERY_PAGES; page++) {
      const { accepts, more } = await listInbox(this.#deps.archive, after)
      await this.#queue(accepts)
      queued += accepts.length
      const last = more ? accepts.at(-1) : undefined
      if (last !== after) this.#saveRecovered(last)
      if (last === undefined) return { queued, complete: true }
      after = last
    }
    return { queued, complete: false }
  }

  /** Never throws: an alarm that fails six times is gone for good. Armed again before anything else. */
  async alarm(): Promise<void> {
    await this.#storage.setAlarm(this.#deps.ctx.now() + EVERY_MS)
    try {
      await this.#sweep()
    } catch (error) {
      this.#deps.ctx.log('error', 'inbox sweep failed', { error: String(error) })
    }
    try {
      if (this.#orphans().due <= this.#deps.ctx.now()) await this.removeOrphans(this.#dials.orphanAgeMs)
    } catch (error) {
      this.#deps.ctx.log('error', 'shared objects not looked through', { error: String(error) })
    }
  }

  /**
   * Removes shared objects of the archive that no log has, begun since the last time and at least `olderThanMs` ago; that has to
   * be longer than a commit may take. Answers how many; its alarm goes on with the rest. What a log could not say is asked once
   * more, and stays in the end. Rejects when R2 does not answer.
   */
  async removeOrphans(olderThanMs: number): Promise<number> {
    const { archive, intake, ctx } = this.#deps
    const { orphanEveryMs, orphanPages: pages, staleMs } = this.#dials
    const now = ctx.now()
    const { after, tries } = this.#orphans()
    const until = now - Math.max(olderThanMs, staleMs)
    const gone = await removeSharedOrphans({ archive, intake, after, until, pages, staleMs })
    const asksAgain = gone.unknown > 0 && tries + 1 < LOST_TRIES
    const reached = asksAgain ? after : gone.after
    this.#saveOrphans({
      ...(reached !== undefined && { after: reached }),
      due: asksAgain || gone.more ? now : now + orphanEveryMs,
      tries: asksAgain ? tries + 1 : 0,
    })
    if (gone.removed + gone.unknown > 0)
      ctx.log('info', 'shared objects removed', { objects: gone.removed, unknown: gone.unknown })
    return gone.removed
  }

  async #sweep(): Promise<void> {
    const now = this.#deps.ctx.now()
    const saved = this.#load()
    const lap: Lap = saved?.after === undefined ? { began: now, before: saved?.began ?? 0 } : saved
    let found = 0
    let over = false
    for (let page = 0; page < PAGES && !over; page++) {
      const { accepts, more } = await listInbox(this.#deps.archive, lap.after)
      // Sorted by age: whatever follows the first that is too young is younger still.
      const old = accepts.filter((accept) => !(now - acceptTime(accept) < YOUNGEST_MS))
      await this.#sweepPage(old, lap, now)
      found += old.length
      over = !more || old.length < accepts.length
      if (over) delete lap.after
      else lap.after = accepts.at(-1) ?? ''
    }
    if (found > 0 || saved) this.#save(found > 0 ? lap : null)
  }

  async #sweepPage(accepts: readonly string[], lap: Lap, now: number): Promise<void> {
    const due: string[] = []
    for (const accept of accepts) {
      const age = now - acceptTime(accept)
      if (age < this.#dials.oldestMs) {
        if (doublings(age) > doublings(age - (lap.began - lap.before))) due.push(accept)
      } else await this.#park(accept)
    }
    await this.#queue(due)
  }

  async #queue(accepts: readonly string[]): Promise<void> {
    for (let from = 0; from < accepts.length; from += POINTERS) {
      const some = accepts.slice(from, from + POINTERS)
      await this.#deps.events.sendBatch(some.map((accept) => ({ body: encodePointer(accept), contentType: 'text' })))
    }
    if (accepts.length > 0) this.#deps.ctx.log('info', 'inbox queued again', { batches: accepts.length })
  }

  async #park(accept: string): Promise<void> {
    const { archive, ctx, onParked } = this.#deps
    const body = await getInbox(archive, accept)
    if (body === null) return
    await park(archive, accept, body, 'It could not be processed for a day.')
    await onParked?.()
    await removeInbox(archive, [accept])
    ctx.log('error', 'batch parked: it could not be processed for a day', { accept })
  }

  #orphans(): OrphanState {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM sweep WHERE id = 3').toArray()
    return row ? (JSON.parse(row.body) as OrphanState) : { due: 0, tries: 0 }
  }

  #saveOrphans(state: OrphanState): void {
    this.#storage.sql.exec('INSERT OR REPLACE INTO sweep (id, body) VALUES (3, ?)', JSON.stringify(state))
  }

  /** The last accept id that a recovery has queued which has not come to the end. */
  #recovered(): string | undefined {
    return this.#storage.sql.exec<{ body: string }>('SELECT body FROM sweep WHERE id = 2').toArray()[0]?.body
  }

  #saveRecovered(after: string | undefined): void {
    if (after === undefined) this.#storage.sql.exec('DELETE FROM sweep WHERE id = 2')
    else this.#storage.sql.exec('INSERT OR REPLACE INTO sweep (id, body) VALUES (2, ?)', after)
  }

  #load(): Lap | undefined {
    const [row] = this.#storage.sql.exec<{ body: string }>('SELECT body FROM sweep WHERE id = 1').toArray()
    return row && (JSON.parse(row.body) as Lap)
  }

  /** Nothing is kept of an empty inbox, so that looking at it costs no write but the alarm's. */
  #save(lap: Lap | null): void {
    if (lap) this.#storage.sql.exec('INSERT OR REPLACE INTO sweep (id, body) VALUES (1, ?)', JSON.stringify(lap))
    else this.#storage.sql.exec('DELETE FROM sweep WHERE id = 1')
  }
}

/** How often one minute has doubled into an age, -1 before the first minute. */
function doublings(ageMs: number): number {
  return ageMs < YOUNGEST_MS ? -1 : Math.floor(Math.log2(ageMs / YOUNGEST_MS))
}
