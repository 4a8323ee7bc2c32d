import { DamagedObject } from '../archive/index.ts'
import type { LaneRemote, Part } from '../lane/index.ts'
import type { LaneConfig } from '../settings/index.ts'
import { entriesOf, LOST_TRIES } from './log.ts'
import { type OutboxDeps, PUSH_MS, PUSH_ROWS, RETRY_MS } from './outbox.ts'
import type { LogEntry, Segment } from './protocol.ts'

/** A lane that did not answer for so long that rows it has to hear of are in segments. */
export interface LaneBehind {
  destination: string
  /** The last row that it has answered for. */
  mark: number
  /** Rows up to here have been looked through, and those up to `last` have to be. */
  looked: number
  last: number
  /** How often in a row the next segment was damaged or gone; absent: never. */
  tries?: number
  /** As of the last of these rows. */
  config: LaneConfig
}

export interface BehindDeps extends Pick<OutboxDeps, 'log' | 'ctx' | 'arm'> {
  lane: (destination: string) => Pick<LaneRemote, 'register'>
  archive: R2Bucket
  segmentOf(seq: number): Segment | undefined
  /** New events of rows that cannot be read; `null`: not known. */
  eventsOf(rows: Segment): Promise<number | null>
  save(one: LaneBehind): void
  /** Everything in segments is registered: its lane has answered for row `mark`. */
  caughtUp(destination: string, mark: number): void
}

/**
 * What lanes are owed of rows that have left the object: registered segment by segment, one lane and one segment at a time,
 * before anything newer. What is kept for a lane is one row, however long it does not answer.
 */
export class Behind {
  readonly #deps: BehindDeps
  readonly #lanes: Map<string, LaneBehind>
  /** Since when the run that is under way has had no answer; one without an answer for long is taken for lost. */
  #run: { since: number } | undefined

  constructor(deps: BehindDeps, lanes: readonly LaneBehind[]) {
    this.#deps = deps
    this.#lanes = new Map(lanes.map((one) => [one.destination, one]))
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0
  }

  has(destination: string): boolean {
    return this.#lanes.has(destination)
  }

  /** A lane is owed rows that leave the object; if it was before, of more of them. Answers what has to be stored with that. */
  with(one: LaneBehind): LaneBehind {
    return { ...(this.#lanes.get(one.destination) ?? one), last: one.last, config: one.config }
  }

  /** They have left. */
  add(one: LaneBehind): void {
    this.#lanes.set(one.destination, one)
  }

  push(): void {
    const { ctx, arm, log } = this.#deps
    if (this.isEmpty || (this.#run && ctx.now() - this.#run.since < PUSH_MS)) return
    const run = { since: ctx.now() }
    this.#run = run
    this.#catchUp(run)
      .catch((error: unknown) => {
        ctx.log('warn', 'push to lane failed', { log, error: String(error) })
        arm(ctx.now() + RETRY_MS)
      })
      .finally(() => {
        if (this.#run === run) this.#run = undefined
      })
  }

  async #catchUp(run: { since: number }): Promise<void> {
    while (this.#run === run) {
      const [one] = this.#lanes.values()
      if (!one) return
      // The next time, or after a failure, it is another one's turn.
      this.#lanes.delete(one.destination)
      this.#lanes.set(one.destination, one)
      await this.#segment(one.destination, run)
    }
  }

  /** Registers the rows of the next segment. */
  async #segment(destination: string, run: { since: number }): Promise<void> {
    const { log, ctx, lane, segmentOf } = this.#deps
    const at = this.#lanes.get(destination)?.looked ?? 0
    const segment = segmentOf(at + 1)
    if (!segment) throw new Error(`no segment of ${log} has row ${at + 1}, which ${destination} is owed`)
    const entries = await this.#entries(destination, segment)
    if (!entries) return this.#pass(destination, segment, run)
    const parts = partsOf(entries, destination, at)
    for (let from = 0; from < parts.length; from += PUSH_ROWS) {
      const some = parts.slice(from, from + PUSH_ROWS)
      const one = this.#lanes.get(destination)
      if (!one || this.#run !== run) return
      const { mark, config } = one
      const to = some.at(-1)?.seq ?? mark
      const answer = await lane(destination).register({ log, from: mark, to, parts: some, config })
      run.since = ctx.now()
      this.#save(destination, { mark: answer.mark })
      if (answer.mark >= to) continue
      // It knows less than it had answered for, and gets all of it again.
      this.#save(destination, { looked: Math.min(answer.mark, at) })
      throw new Error(`the lane of ${destination} has ${log} up to ${answer.mark} only`)
    }
    this.#save(destination, { looked: segment.last, tries: 0 })
  }

  /** Rows of a segment; `null`: they are lost, which is sure after some tries, also those of another instance. */
  async #entries(destination: string, segment: Segment): Promise<LogEntry[] | null> {
    const { log, archive, save } = this.#deps
    try {
      return await entriesOf(archive, log, segment)
    } catch (error) {
      const one = this.#lanes.get(destination)
      if (!(error instanceof DamagedObject) || !one) throw error
      const tries = (one.tries ?? 0) + 1
      if (tries > LOST_TRIES) return null
      this.#lanes.set(destination, { ...one, tries })
      save({ ...one, tries })
      throw error
    }
  }

  /** Has the lane go on after a segment that is lost, and note it. */
  async #pass(destination: string, segment: Segment, run: { since: number }): Promise<void> {
    const { log, ctx, lane, eventsOf } = this.#deps
    const { first, last } = segment
    const lost = { rows: last - first + 1, events: await eventsOf(segment) }
    const one = this.#lanes.get(destination)
    if (!one || this.#run !== run) return
    ctx.log('error', 'a lost segment of the log is passed', { source: log, destination, first, last })
    const answer = await lane(destination).register({
      log,
      from: one.mark,
      to: last,
      parts: [],
      config: one.config,
      lost,
    })
    run.since = ctx.now()
    if (answer.mark < last) throw new Error(`the lane of ${destination} has ${log} up to ${answer.mark} only`)
    this.#save(destination, { mark: answer.mark, looked: last, tries: 0 })
  }

  #save(destination: string, change: Partial<LaneBehind>): void {
    const one = this.#lanes.get(destination)
    if (!one) return
    const now = { ...one, ...change }
    this.#lanes.set(destination, now)
    if (change.looked === undefined) return
    if (now.looked < now.last) return this.#deps.save(now)
    this.#lanes.delete(destination)
    this.#deps.caughtUp(destination, now.mark)
  }
}

function partsOf(entries: readonly LogEntry[], destination: string, after: number): Part[] {
  return entries.flatMap(({ seq, key, chunks, routes }) => {
    const route = routes?.[destination]
    return route && seq > after ? [{ seq, key: key ?? '', chunks, ...route }] : []
  })
}
