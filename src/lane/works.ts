import type { Context } from '../context.ts'
import type { Bounds } from './bounds.ts'
import { isLeased } from './due.ts'
import { isEmpty } from './event-set.ts'
import { isOfTheDead } from './generation.ts'
import { deadlineOf } from './held.ts'
import type { Rows, UnitOfWork } from './unit-of-work.ts'
import { addTally, newTally, type Work } from './work.ts'

/** Works that wait for longer than this leave memory to those that are due. */
const LONG_WAIT_MS = 10_000

/**
 * The works of a lane: in memory as many as there is room for, the others outside (`held.ts`), by the time when they are due.
 * Every change is left to the unit of work.
 */
export class Works implements Iterable<Work> {
  readonly #all = new Map<number, Work>()
  readonly #rows: Pick<Rows, 'state' | 'workRows' | 'held' | 'logs' | 'history' | 'ways'>
  readonly #unit: UnitOfWork
  readonly #bounds: Bounds
  readonly #ctx: Pick<Context, 'now' | 'generation'>

  constructor(
    rows: Pick<Rows, 'state' | 'workRows' | 'held' | 'logs' | 'history' | 'ways'>,
    unit: UnitOfWork,
    bounds: Bounds,
    ctx: Pick<Context, 'now' | 'generation'>,
  ) {
    this.#rows = rows
    this.#unit = unit
    this.#bounds = bounds
    this.#ctx = ctx
    this.#load()
  }

  /** Those in memory, in the order in which they came. */
  [Symbol.iterator](): IterableIterator<Work> {
    return this.#all.values()
  }

  /** Of those in memory. */
  get(id: number): Work | undefined {
    return this.#all.get(id)
  }

  /** Whether there are any, in memory or outside. */
  get isEmpty(): boolean {
    return this.#all.size === 0 && !this.#rows.held.front
  }

  /** An id for the work that ends with this row of a log. */
  idOf(log: string, to: number): number {
    if (this.#rows.logs.enter(log)) this.#unit.touchState()
    return this.#rows.logs.workId(log, to)
  }

  /** Takes a new work over: into memory, or to those that wait outside when it is full or they are before it. */
  add(work: Work): void {
    this.#rows.logs.has(work)
    this.#all.set(work.id, work)
    this.#unit.touch(work)
    this.foldIfDone(work)
    if (!this.#all.has(work.id)) return
    const { front } = this.#rows.held
    const others = this.#parts() - work.parts.length
    const isNext = !front || front.due > this.#ctx.now()
    if (!isNext || (others > 0 && others + work.parts.length > this.#bounds.head)) this.#hold(work)
  }

  /** The last that came, if it is in memory. */
  get last(): Work | undefined {
    return [...this.#all.values()].at(-1)
  }

  /** More of its log has been put into a work. */
  joined(work: Work): void {
    this.#rows.logs.has(work)
    this.#unit.touch(work)
  }

  /** Brings into memory what waits outside and has to be looked at, as far as there is room. */
  refill(isCalled: IsCalled): void {
    const { held } = this.#rows
    for (let { front } = held; front && isCalled(front); front = held.front) {
      const next = held.first
      if (!next || !this.#makeRoom(next.parts.length, isCalled)) return
      held.shift()
      this.#all.set(next.id, next)
      this.#unit.touch(next)
      this.#unit.touchState()
    }
  }

  /** Work without groups goes into the totals, and its row is spare. */
  foldIfDone(work: Work): void {
    if (work.groups.length === 0) this.#fold(work)
  }

  /** A lane from before works were held may have more of them than fit into memory: the others go to their rows, in slices. */
  #load(): void {
    const { head, slice } = this.#bounds
    let parts = 0
    for (const some of this.#rows.workRows.stored(slice)) {
      for (const work of some) {
        this.#freeOfTheDead(work)
        this.#rows.logs.has(work)
        const fits = parts === 0 || parts + work.parts.length <= head
        // One that is being sent is settled by its id, in memory.
        if (fits || work.groups.some((group) => isLeased(group, this.#ctx.now()))) {
          this.#all.set(work.id, work)
          parts += work.parts.length
        } else this.#hold(work)
      }
      this.#unit.commit()
    }
  }

  /** What was being sent when the whole platform died is sent again. Its row may stay as it is: that holds whenever it is read. */
  #freeOfTheDead({ groups }: Work): void {
    for (const group of groups) if (group.lease && isOfTheDead(group.lease, this.#ctx)) delete group.lease
  }

  #parts(): number {
    let parts = 0
    for (const work of this.#all.values()) parts += work.parts.length
    return parts
  }

  /** Takes a work out of memory. Its figures go into the lane's row, in the same write. */
  #hold(work: Work): void {
    const { held, state } = this.#rows
    this.#fold(work)
    state.tail = held.put(work, state.tail, this.#bounds.row)
  }

  /** Whether so many parts more find room: what has long to wait gives way. */
  #makeRoom(parts: number, isCalled: IsCalled): boolean {
    const now = this.#ctx.now()
    let taken = this.#parts()
    if (taken === 0 || taken + parts <= this.#bounds.head) return true
    const waiting = [...this.#all.values()]
      .map((work) => ({ work, due: dueOf(work, now) }))
      // One that is called itself would come in again at once.
      .filter(({ work, due }) => due > now + LONG_WAIT_MS && !isCalled({ due, deadline: deadlineOf(work) }))
      .toSorted((a, b) => b.due - a.due)
    for (const { work } of waiting) {
      if (taken === 0 || taken + parts <= this.#bounds.head) break
      taken -= work.parts.length
      // The first row is about to come in, as it was read: nothing more may be put into it.
      if (this.#rows.state.tail === this.#rows.held.front?.id) this.#rows.state.tail = null
      this.#hold(work)
    }
    return taken === 0 || taken + parts <= this.#bounds.head
  }

  #fold(work: Work): void {
    const { state, history, ways, logs } = this.#rows
    addTally(state.totals, work.counts)
    history.absorb(state.past, work)
    ways.absorb(state.ways, work)
    work.counts = newTally()
    delete work.past
    logs.done(work)
    this.#all.delete(work.id)
    this.#unit.remove(work)
    this.#unit.touchState()
  }
}

/** Whether a work has to be looked at now: it is due, or over. */
type IsCalled = (times: { due: number; deadline: number }) => boolean

/** Milliseconds when something of a work is due; of one that is being sent or has nothing to send, at once. */
function dueOf({ groups }: Work, now: number): number {
  const busy = groups.some((group) => isEmpty(group.events) || isLeased(group, now))
  return busy ? 0 : Math.min(...groups.map(({ due }) => due))
}
