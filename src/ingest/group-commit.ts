import { acceptId, encodeGroup, putInbox } from '../archive/index.ts'
import type { Context } from '../context.ts'

export interface GroupCommitDeps {
  ctx: Context
  archive: R2Bucket
}

/** An encoded batch that is to be stored. */
export interface Storable {
  accept: string
  text: string
  bytes: number
}

/** Puts of one isolate that are on their way at a time; what comes meanwhile goes with the next. */
const FLIGHTS = 2
/** Bytes of a group: an eighth of what route holds at once. */
const GROUP_BYTES = 1024 * 1024
const PUT_MS = 10_000
/** A request that is cancelled tells nobody: whoever has heard nothing for so long puts it itself. */
const SILENT_MS = 2_000
/** So long a place is kept for whoever was called to make the next put; one that is gone does not come. */
const CALLED_MS = 100

type Word = 'lead' | 'stored' | Error

/** A request that waits for a put of another. */
class Member {
  readonly batch: Storable
  /** Milliseconds: when it came. */
  readonly since: number
  /** What it goes with. */
  flight: Flight | undefined
  /** Made by the request that waits, so that what it waits for is its own. */
  readonly told: Promise<Word>
  tell!: (word: Word) => void

  constructor(batch: Storable, since: number) {
    this.batch = batch
    this.since = since
    this.told = new Promise((resolve) => (this.tell = resolve))
  }
}

/** One put under way. */
interface Flight {
  since: number
  members: readonly Member[]
}

/**
 * Group commit: batches of one isolate that come while others are on their way to R2 share the next object. Nothing waits
 * for a time: whoever comes when there is room puts at once, with all who wait. The put belongs to the request that makes
 * it, and dies with it: others wait for it with a timer of their own, and then put what was in it anew. A batch in two objects is
 * one batch, by its accept id.
 */
export class GroupCommit {
  readonly #deps: GroupCommitDeps
  readonly #flights = new Set<Flight>()
  /** Milliseconds: when somebody was called who has not come yet. */
  readonly #called = new Map<Member, number>()
  #waiting: Member[] = []

  constructor(deps: GroupCommitDeps) {
    this.#deps = deps
  }

  /**
   * Resolves when an object that has the batch is durable: to the request that has put it with that object's id, else with
   * `undefined`. Rejects when it is not stored.
   */
  async store(batch: Storable): Promise<string | undefined> {
    const own = new Member(batch, this.#deps.ctx.now())
    this.#waiting.push(own)
    if (this.#hasRoom()) return this.#lead(own)
    for (;;) {
      const word = await Promise.race([
        own.told,
        this.#deps.ctx.sleep(this.#patience(own)).then(() => 'silence' as const),
      ])
      if (word === 'stored') return undefined
      if (word instanceof Error) throw word
      if (word === 'lead' || this.#patience(own) <= 0) return this.#lead(own)
    }
  }

  /** Puts what waits, and what was with `own` in a put that nobody hears of any more. */
  async #lead(own: Member): Promise<string> {
    this.#called.delete(own)
    const lost = own.flight
    if (lost) {
      this.#flights.delete(lost)
      this.#waiting.unshift(...lost.members.filter(({ flight }) => flight === lost))
    }
    const members = this.#take(own)
    const flight: Flight = { since: this.#deps.ctx.now(), members }
    for (const member of members) member.flight = flight
    this.#flights.add(flight)
    try {
      const id = await this.#put(members.map(({ batch }) => batch))
      for (const member of members) member.tell('stored')
      return id
    } catch (error) {
      // Those who have left it for another hear of that one.
      for (const member of members)
        if (member.flight === flight) member.tell(error instanceof Error ? error : new Error(String(error)))
      throw error
    } finally {
      this.#flights.delete(flight)
      this.#callNext()
    }
  }

  /** `own`, and of the others as many as a group may hold, first come first. */
  #take(own: Member): Member[] {
    const members = [own]
    const left: Member[] = []
    let bytes = own.batch.bytes
    for (const member of this.#waiting) {
      if (member === own) continue
      if (left.length > 0 || bytes + member.batch.bytes > GROUP_BYTES) left.push(member)
      else {
        members.push(member)
        bytes += member.batch.bytes
      }
    }
    this.#waiting = left
    return members
  }

  async #put(batches: readonly Storable[]): Promise<string> {
    const { ctx, archive } = this.#deps
    const [first] = batches
    // Its own id, or what is put later under that of one of its batches would take the place of the others.
    const id = first && batches.length === 1 ? first.accept : acceptId(ctx)
    const put = putInbox(archive, id, encodeGroup(batches.map(({ text }) => text))).then(() => true)
    if (!(await Promise.race([put, ctx.sleep(PUT_MS).then(() => false)]))) throw new Error('R2 took too long')
    return id
  }

  /** Whoever has waited longest makes the next put. One that is gone does not hear it: then another comes, or its time. */
  #callNext(): void {
    if (!this.#hasRoom()) return
    const next = this.#waiting.shift()
    if (!next) return
    this.#called.set(next, this.#deps.ctx.now())
    next.tell('lead')
  }

  #hasRoom(): boolean {
    let taken = 0
    for (const flight of this.#flights) if (!this.#isSilent(flight)) taken++
    for (const [member, at] of this.#called) {
      if (this.#deps.ctx.now() - at < CALLED_MS) taken++
      else this.#called.delete(member)
    }
    return taken < FLIGHTS
  }

  #isSilent({ since }: Flight): boolean {
    return this.#deps.ctx.now() - since >= SILENT_MS
  }

  /** Milliseconds that one still waits for another: for a put since that has begun, else since it has come. */
  #patience({ flight, since }: Member): number {
    return (flight?.since ?? since) + SILENT_MS - this.#deps.ctx.now()
  }
}
