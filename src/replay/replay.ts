import { Buffer } from 'node:buffer'
import type { Context } from '../context.ts'
import { archivedEvent, type SpecEvent } from '../event/index.ts'
import { type IntakeRemote, type LogEntry, LOST_TRIES, readLog } from '../intake/index.ts'
import { type Counts, encodeSet, type LaneRemote, type Part, setOf, shareOf } from '../lane/index.ts'
import { filterCode, replayed } from '../match/index.ts'
import { type Candidate, type LaneConfig, within } from '../settings/index.ts'
import { People } from './people.ts'
import type { ReplayChange, ReplayFailure, ReplayOrder, ReplayReport } from './protocol.ts'
import { type Batch, batches } from './read.ts'
import { reportOf } from './report.ts'
import { personKey, selector } from './selection.ts'
import { type Pass, type StoredReplay, ReplayStore, type ReplayStorage } from './store.ts'
import { nothingCounted, Counting } from './tally.ts'

/** Where a replay goes to, as it stands now. */
export interface ReplayTarget {
  candidate: Candidate
  lane: LaneConfig
}

export interface ReplayDeps {
  ctx: Context
  archive: R2Bucket
  intake(source: string): IntakeRemote
  lane(name: string): LaneRemote
  sourceExists(id: string): Promise<boolean>
  /** `null`: it is gone, or nothing is sent to it from here. */
  target(destination: string): Promise<ReplayTarget | null>
  /** What lists show of it, without asking it; `false`: nobody asks for it any more. */
  publish(report: ReplayReport): Promise<boolean>
}

/** How much a replay does at a time. The simulation has smaller ones. */
export interface ReplayDials {
  /** Milliseconds that one alarm works. */
  stepMs: number
  /** Events that it looks at in one alarm. */
  stepEvents: number
  /** Events that wait in its lane: beyond them it reads no further. */
  mostWaiting: number
  /** Milliseconds until it looks again, while its lane has enough. */
  pollMs: number
  /** Milliseconds: an event that was committed so long after its receipt is found by no range. */
  graceMs: number
  /** Milliseconds after its end, when nothing of it is kept. */
  keptMs: number
}

const DAY_MS = 24 * 3_600_000

export const REPLAY_DIALS: ReplayDials = {
  stepMs: 8_000,
  stepEvents: 50_000,
  mostWaiting: 20_000,
  pollMs: 2_000,
  graceMs: 8 * DAY_MS,
  keptMs: 31 * DAY_MS,
}

/** Events that are kept to show what will be sent, and characters of them. */
const SAMPLES = 5
const SAMPLE_CHARS = 20_000
const SOON_MS = 50
/** Figures in lists are so old at most. */
const PUBLISH_MS = 10_000
/** After a failure: twice as long each time, up to the last. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 5 * 60_000
/** A step that takes longer waits for something that does not answer. */
const PATIENCE_MS = 60_000

/**
 * One replay: counts what a source's log has for it, then registers that in a lane of its own, which bears the replay's id
 * and shares the pace of the destination's lane. It keeps nothing of the events but where in the log it is: what its lane has
 * taken over, the lane's mark says.
 */
export class Replay {
  readonly #store: ReplayStore
  readonly #storage: ReplayStorage
  readonly #deps: ReplayDeps
  readonly #dials: ReplayDials
  #row: StoredReplay | null
  #busy = false
  #published: { state: string; at: number } = { state: '', at: 0 }
  #people: People

  constructor(storage: ReplayStorage, deps: ReplayDeps, dials: ReplayDials = REPLAY_DIALS) {
    this.#storage = storage
    this.#deps = deps
    this.#dials = dials
    this.#store = new ReplayStore(storage)
    this.#row = this.#store.read()
    this.#people = new People(storage.sql, deps.ctx)
  }

  /** Begins to count. The same order again changes nothing. */
  async begin(order: ReplayOrder): Promise<void> {
    if (this.#row) return
    this.#row = {
      order,
      state: 'counting',
      failure: null,
      share: order.share,
      revision: 1,
      told: null,
      last: null,
      counting: { ...NOT_BEGUN },
      reading: { ...NOT_BEGUN },
      counted: nothingCounted(),
      samples: [],
      mark: 0,
      lane: { accepted: 0, delivered: 0, filtered: {}, pending: 0, dead: {} },
      failures: 0,
      startedAt: null,
      endedAt: null,
    }
    this.#store.save(this.#row)
    await this.#store.setAlarm(this.#deps.ctx.now())
  }

  /** Starts, pauses, resumes, cancels, or changes the share; `false`: its state does not allow that. */
  async change({ state, share }: ReplayChange): Promise<boolean> {
    const row = this.#row
    // Saying once more that it is cancelled changes nothing.
    if (row?.state === 'cancelled' && state === 'cancelled') return true
    if (!row || isOver(row) || (state && !MAY_BECOME[state].includes(row.state))) return false
    if (share !== undefined) row.share = share
    if (state && state !== row.state) {
      row.state = state
      if (state === 'running') {
        row.startedAt ??= this.#deps.ctx.now()
        row.failure = null
      }
      if (state === 'cancelled') row.endedAt = this.#deps.ctx.now()
    }
    row.revision++
    this.#store.save(row)
    await this.#store.setAlarm(this.#deps.ctx.now())
    return true
  }

  /** `null`: it was never begun, or nothing of it is left. With the figures that its lane has now. */
  async report(): Promise<ReplayReport | null> {
    const row = this.#row
    if (!row) return null
    // Without an answer the figures are those of the last time.
    if (row.startedAt !== null) await this.#look(row).catch(() => false)
    return reportOf(row)
  }

  /** As it stood when it was stored last, without a word of its lane. */
  last(): ReplayReport | null {
    return this.#row && reportOf(this.#row)
  }

  /** Looks whether there is something to do, whatever became of its alarm. */
  async nudge(): Promise<void> {
    if (this.#row && !isOver(this.#row)) await this.#store.setAlarm(this.#deps.ctx.now())
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    const { ctx } = this.#deps
    // An alarm may ring twice, and a step that is counted twice would be.
    if (this.#busy) return this.#store.setAlarm(ctx.now() + RETRY_MS)
    this.#busy = true
    try {
      const next = await within(ctx, this.#step(), PATIENCE_MS)
      if (next !== null) await this.#store.setAlarm(ctx.now() + next)
    } catch (error) {
      // What is in memory may be ahead of what is stored.
      this.#row = this.#store.read()
      this.#people = new People(this.#storage.sql, ctx)
      const failures = (this.#row?.failures ?? 0) + 1
      if (this.#row) this.#store.save(Object.assign(this.#row, { failures }))
      ctx.log('warn', 'a replay waits', { replay: this.#row?.order.id, error: String(error) })
      await this.#store.setAlarm(ctx.now() + Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** Math.min(failures - 1, 10)))
    } finally {
      this.#busy = false
    }
  }

  /** What is to be done now; milliseconds until the next step, `null`: there is none until somebody changes something. */
  async #step(): Promise<number | null> {
    const row = this.#row
    if (!row) return null
    if (isOver(row)) return this.#close(row)
    const target = await this.#deps.target(row.order.destinationId)
    if (!target) return this.#fail(row, 'destination_gone')
    if (!row.reading.done && !(await this.#deps.sourceExists(row.order.sourceId))) return this.#fail(row, 'source_gone')
    const next = row.state === 'counting' ? await this.#count(row, target) : await this.#send(row, target)
    row.failures = 0
    this.#save(row)
    if (await this.#publish(row)) return next
    row.state = 'cancelled'
    row.endedAt = this.#deps.ctx.now()
    row.revision++
    this.#save(row)
    return SOON_MS
  }

  async #count(row: StoredReplay, { candidate }: ReplayTarget): Promise<number | null> {
    const { ctx } = this.#deps
    const { order } = row
    const takes = selector(order.selection, order.id)
    const tally = new Counting(row.counted)
    row.last ??= await this.#lastRow(row)
    await this.#pass(row, row.counting, (some) => {
      for (const { lines } of some) {
        if (lines === null) row.counted.unreadable++
        for (const line of lines ?? []) {
          const event = archivedEvent(line)
          if (!event) row.counted.unreadable++
          if (!event || !takes(event)) continue
          tally.add(event, Buffer.byteLength(line), codeOf(event, candidate, order.id))
          this.#people.add(personKey(event))
          if (row.samples.length < SAMPLES && line.length <= SAMPLE_CHARS) row.samples.push(line)
        }
      }
      return Promise.resolve()
    })
    row.counted.users = this.#people.size
    if (!row.counting.done || row.state !== 'counting') return SOON_MS
    row.state = order.dryRun ? 'ready' : 'running'
    if (row.state === 'running') row.startedAt = ctx.now()
    return row.state === 'running' ? SOON_MS : null
  }

  async #send(row: StoredReplay, target: ReplayTarget): Promise<number | null> {
    if (row.startedAt === null) return null
    const config = this.#configOf(row, target)
    if (JSON.stringify(row.told) !== JSON.stringify(config)) {
      // That of the destination too: it may never have had an event.
      await this.#deps.lane(row.order.destinationId).configure(target.lane)
      await this.#tell(row, config)
    }
    const gone = await this.#look(row)
    if (row.state !== 'running') return null
    if (gone) {
      row.state = 'paused'
      row.failure = 'receiver_gone'
      row.revision++
      return SOON_MS
    }
    if (!row.reading.done) await this.#register(row, target.candidate, config)
    if (!row.reading.done) return row.lane.pending > this.#dials.mostWaiting ? this.#dials.pollMs : SOON_MS
    if (row.lane.pending > 0) return this.#dials.pollMs
    row.state = 'done'
    row.endedAt = this.#deps.ctx.now()
    return SOON_MS
  }

  /** Registers what the next rows of the log have for it, until its lane has enough. */
  async #register(row: StoredReplay, candidate: Candidate, config: LaneConfig): Promise<void> {
    const { order } = row
    const takes = selector(order.selection, order.id)
    const lane = this.#deps.lane(order.id)
    await this.#pass(
      row,
      row.reading,
      async (some) => {
        const taken = some.map(({ entry, lines }) =>
          takenFrom(entry, lines ?? [], takes, (event) => codeOf(event, candidate, order.id)),
        )
        // What its lane has already, it has from a step whose end was not stored.
        const parts = taken.flatMap(({ part }) => (part && part.seq > row.mark ? [part] : []))
        const last = parts.at(-1)
        if (!last) return
        const { mark } = await lane.register({ log: order.sourceId, from: row.mark, to: last.seq, parts, config })
        row.mark = mark
        row.lane.pending += taken.reduce((n, { events }) => n + events, 0)
      },
      () => row.lane.pending > this.#dials.mostWaiting,
    )
  }

  /** Goes on through the log, as far as one alarm may; `enough` ends it earlier. */
  async #pass(
    row: StoredReplay,
    pass: Pass,
    take: (some: readonly Batch[]) => Promise<void>,
    enough: () => boolean = () => false,
  ): Promise<void> {
    const { ctx, archive, intake } = this.#deps
    const { sourceId, selection } = row.order
    const end = ctx.now() + this.#dials.stepMs
    const last = row.last ?? 0
    const log = readLog(
      { source: sourceId, intake: intake(sourceId), archive, passes: (segment) => this.#passes(row, pass, segment) },
      pass.next === null ? { since: selection.from } : { seq: pass.next },
    )
    let events = 0
    for await (const { some, last: seen, committedAt } of batches(archive, upTo(log, last), selection)) {
      pass.first ??= some[0]?.entry.seq ?? seen
      await take(some)
      events += some.reduce((n, { lines }) => n + (lines?.length ?? 0), 0)
      pass.next = seen + 1
      this.#save(row)
      if (Date.parse(committedAt) > selection.until + this.#dials.graceMs) break
      if (enough() || events >= this.#dials.stepEvents || ctx.now() > end || row !== this.#row || isOver(row)) return
    }
    pass.done = true
  }

  /** Rows of the log that are lost are not waited for in vain; each was an object of the archive. */
  #passes(row: StoredReplay, pass: Pass, { first, last }: { first: number; last: number }): boolean {
    if (row.failures < LOST_TRIES) return false
    const from = Math.max(first, pass.next ?? first)
    if (pass === row.counting) row.counted.unreadable += Math.max(0, Math.min(last, row.last ?? last) - from + 1)
    this.#deps.ctx.log('error', 'a lost segment of the log is passed', { replay: row.order.id, first, last })
    return true
  }

  /** The log's last row at the moment. */
  async #lastRow({ order }: StoredReplay): Promise<number> {
    const { log } = await this.#deps.intake(order.sourceId).counters()
    return log.rows
  }

  #configOf(row: StoredReplay, { lane }: ReplayTarget): LaneConfig {
    const { destinationId: destination } = row.order
    return {
      ...lane,
      ...shareOf(lane, row.share),
      enabled: true,
      paused: row.state !== 'running',
      replay: { destination, share: row.share, revision: row.revision },
    }
  }

  async #tell(row: StoredReplay, config: LaneConfig): Promise<void> {
    await this.#deps.lane(row.order.id).configure(config)
    row.told = config
  }

  /** Asks its lane for its figures; whether its receiver wants nothing any more. */
  async #look(row: StoredReplay): Promise<boolean> {
    const { ledger, filtered, dead, hold } = await this.#deps.lane(row.order.id).metrics()
    const { accepted, delivered, pending } = ledger
    row.lane = { accepted, delivered, pending, filtered, dead }
    return hold?.why === 'gone'
  }

  #fail(row: StoredReplay, failure: ReplayFailure): number {
    row.state = 'failed'
    row.failure = failure
    row.endedAt = this.#deps.ctx.now()
    row.revision++
    this.#save(row)
    return SOON_MS
  }

  /** It is over: its lane sends no more, but for what is sent once more by hand; a month later nothing of both is left. */
  async #close(row: StoredReplay): Promise<number | null> {
    const { ctx, publish, lane } = this.#deps
    const over = (row.endedAt ?? ctx.now()) + this.#dials.keptMs - ctx.now()
    if (over <= 0) {
      await lane(row.order.id).forget()
      this.#row = null
      this.#store.clear()
      return null
    }
    if (row.told) {
      const { told } = row
      const { destinationId: destination } = row.order
      const replay = { destination, share: row.share, revision: row.revision }
      // When it is done, what its lane sends is what somebody wants sent once more.
      await this.#tell(row, { ...told, paused: row.state !== 'done', replay })
      await this.#look(row)
    }
    this.#people.clear()
    this.#save(row)
    await publish(reportOf(row))
    return over
  }

  /** Says how it stands: each new state, and its figures now and then; `false`: nobody asks for it any more. */
  async #publish(row: StoredReplay): Promise<boolean> {
    const now = this.#deps.ctx.now()
    if (row.state === this.#published.state && now - this.#published.at < PUBLISH_MS) return true
    this.#published = { state: row.state, at: now }
    return this.#deps.publish(reportOf(row))
  }

  /** Throws when the step is given up: another goes on from what was stored. */
  #save(row: StoredReplay): void {
    if (row !== this.#row) throw new Error('this step was given up')
    this.#store.save(row, () => this.#people.write())
  }
}

const NOT_BEGUN: Readonly<Pass> = { next: null, first: null, done: false }

/** From which states a person may bring a replay into another. */
const MAY_BECOME: Record<NonNullable<ReplayChange['state']>, readonly StoredReplay['state'][]> = {
  running: ['ready', 'running', 'paused'],
  paused: ['running', 'paused'],
  cancelled: ['counting', 'ready', 'running', 'paused'],
}

function isOver({ state }: StoredReplay): boolean {
  return state === 'done' || state === 'cancelled' || state === 'failed'
}

/** Why the destination does not get an event though it is replayed; `undefined`: it does. */
function codeOf(event: SpecEvent, candidate: Candidate, replay: string): string | undefined {
  return filterCode(replayed(event, candidate.integration.name, replay), candidate, 'replayed')
}

/** What a row of the log has for a replay; without a part: nothing. */
function takenFrom(
  { seq, key, chunks }: LogEntry,
  lines: readonly string[],
  takes: (event: SpecEvent) => boolean,
  codeOf: (event: SpecEvent) => string | undefined,
): { part?: Part; events: number } {
  const wanted: number[] = []
  const filtered: Counts = {}
  for (const [at, line] of lines.entries()) {
    const event = archivedEvent(line)
    if (!event || !takes(event)) continue
    const code = codeOf(event)
    if (code === undefined) wanted.push(at)
    else filtered[code] = (filtered[code] ?? 0) + 1
  }
  if (key === null || (wanted.length === 0 && Object.keys(filtered).length === 0)) return { events: 0 }
  return { part: { seq, key, chunks, events: encodeSet(setOf(wanted)), filtered }, events: wanted.length }
}

/** The rows up to `last`. */
async function* upTo(log: AsyncIterable<LogEntry>, last: number): AsyncGenerator<LogEntry> {
  for await (const entry of log) {
    if (entry.seq > last) return
    yield entry
  }
}
