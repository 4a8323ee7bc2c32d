import type { Context } from '../context.ts'

export interface GroupCommitDeps<Stored> {
  ctx: Context
  /** Bytes of a group, unless one batch alone has more. */
  bytes: number
  /** Milliseconds: a request that is cancelled tells nobody, so whoever has heard nothing for so long writes it itself. */
  silentMs: number
  /** Resolves when they are durable, in one write, and rejects when they are not. */
  write(batches: readonly Storable[]): Promise<Stored>
}

/** An encoded batch that is to be stored. */
export interface Storable {
  accept: string
  text: string
  bytes: number
}

/** Writes of one isolate that are on their way before others wait; what comes meanwhile goes with the next. */
const FLIGHTS = 2
/** So long a place is kept for whoever was called to make the next write; one that is gone does not come. */
const CALLED_MS = 100

type Word = 'lead' | 'stored' | Error

/** A request that waits for a write of another. */
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

/** One write under way. */
interface Flight {
  since: number
  members: readonly Member[]
}

/**
 * Group commit: batches of one isolate that come while others are on their way share the next write. Nothing waits for a time:
 * whoever comes when there is room writes at once, with all who wait, and a group that is full does not wait for room; one batch
 * that fills it is no part of any group. The write
 * belongs to the request that makes it, and dies with it: others wait for it with a timer of their own, and then write what was in
 * it anew. A batch that is stored twice is one batch, by its accept id.
 */
export class GroupCommit<Stored> {
  readonly #deps: GroupCommitDeps<Stored>
  readonly #flights = new Set<Flight>()
  /** Milliseconds: when somebody was called who has not come yet. */
  readonly #called = new Map<Member, number>()
  #waiting: Member[] = []
  /** Of all that waits. */
  #bytes = 0

  constructor(deps: GroupCommitDeps<Stored>) {
    this.#deps = deps
  }

  /**
   * Resolves when the batch is durable: to the request that has written it with what came of that, else with `undefined`. Rejects
   * when it is not stored.
   */
  async store(batch: Storable): Promise<Stored | undefined> {
    // A group of its own: nobody waits for it, and it for nobody.
    if (batch.bytes >= this.#deps.bytes) return this.#deps.write([batch])
    const own = new Member(batch, this.#deps.ctx.now())
    this.#wait([...this.#waiting, own])
    if (this.#hasRoom()) return this.#lead(own)
    if (this.#isFull()) this.#callNext()
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

  /** Writes what waits, and what was with `own` in a write that nobody hears of any more. */
  async #lead(own: Member): Promise<Stored> {
    this.#called.delete(own)
    const lost = own.flight
    if (lost) {
      this.#flights.delete(lost)
      this.#wait([...lost.members.filter(({ flight }) => flight === lost), ...this.#waiting])
    }
    const members = this.#take(own)
    const flight: Flight = { since: this.#deps.ctx.now(), members }
    for (const member of members) member.flight = flight
    this.#flights.add(flight)
    try {
      const stored = await this.#deps.write(members.map(({ batch }) => batch))
      for (const member of members) member.tell('stored')
      return stored
    } catch (error) {
      // Those who have left it for another hear of that one.
      for (const member of members)
        if (member.flight === flight) member.tell(error instanceof Error ? error : new Error(String(error)))
      throw error
    } finally {
      this.#flights.delete(flight)
      if (this.#hasRoom()) this.#callNext()
    }
  }

  /** `own`, and of the others as many as a group may hold, first come first. */
  #take(own: Member): Member[] {
    const members = [own]
    const left: Member[] = []
    let bytes = own.batch.bytes
    for (const member of this.#waiting) {
      if (member === own) continue
      if (left.length > 0 || bytes + member.batch.bytes > this.#deps.bytes) left.push(member)
      else {
        members.push(member)
        bytes += member.batch.bytes
      }
    }
    this.#wait(left)
    return members
  }

  #wait(members: Member[]): void {
    this.#waiting = members
    this.#bytes = members.reduce((sum, { batch }) => sum + batch.bytes, 0)
  }

  /** More waits than whoever is called already can take along. */
  #isFull(): boolean {
    return this.#bytes >= this.#deps.bytes * (1 + this.#called.size)
  }

  /** Whoever has waited longest makes the next write. One that is gone does not hear it: then another comes, or its time. */
  #callNext(): void {
    const [next, ...others] = this.#waiting
    if (!next) return
    this.#wait(others)
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
    return this.#deps.ctx.now() - since >= this.#deps.silentMs
  }

  /** Milliseconds that one still waits for another: for a write since that has begun, else since it has come. */
  #patience({ flight, since }: Member): number {
    return (flight?.since ?? since) + this.#deps.silentMs - this.#deps.ctx.now()
  }
}
