import { batchTime, writeSegment } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import type { LaneRemote } from '../lane/index.ts'
import { within } from '../settings/index.ts'
import { Behind } from './behind.ts'
import { Generations } from './generations.ts'
import { INTAKE_DIALS, type IntakeDials } from './dials.ts'
import { FingerprintKey } from './fingerprint-key.ts'
import { FingerprintSet } from './fingerprint-set.ts'
import { Follower } from './follower.ts'
import { IdStore } from './id-store.ts'
import { fingerprints, indexOfFingerprint } from './ids.ts'
import { readLog } from './log.ts'
import { LiveRows } from './live-rows.ts'
import { eventsOf, foundIn, LogReader } from './log-reader.ts'
import { removeOrphans } from './orphans.ts'
import { Outbox, type Owed, PUSH_MS } from './outbox.ts'
import { type TellSourceHealth, Traffic } from './traffic.ts'
import { type Usage, UsageWindow } from './usage.ts'
import { pageOfLog } from './page.ts'
import { entryOf, type IntakeState, type IntakeStorage, IntakeStore, type RememberedIds } from './store.ts'
import type {
  Claim,
  Commit,
  CommitReply,
  Counters,
  Found,
  LogFrom,
  LogPage,
  LogPart,
  LogQuery,
  LogSize,
  Verdict,
} from './protocol.ts'
import { type Subscribers, NO_SUBSCRIBERS } from './tail.ts'

/** How long a begun claim keeps others away; after that its route is taken for dead. */
const CLAIM_MS = 30_000
const ALARM_MS = 30_000
/** How long whoever is told of what came may take. */
const TELL_MS = 5_000
/** When there is more to do than one alarm does. */
const SOON_MS = 1_000
/** A tenth of what the storage of an object takes. Nothing should make it so large: whoever runs it has to hear of it. */
const LARGE_BYTES = 1_000_000_000
/** How often those who watch are looked at when nothing comes. */
const LOOK_MS = 10_000
/** What memory allows: beyond it the oldest go early. An accept id is needed as long as its message may come again. */
const MOST_IDS = 12_000_000
const MOST_ACCEPTS = 2_000_000

/**
 * The intake of one source: the log of its committed batches. What a batch becomes is decided by one row: with it the
 * events are in the archive, in the dedupe window and owed to the lanes; without it they are nowhere.
 * Every method but the push reads, decides and writes without waiting in between, so each is one atomic step.
 */
export class Intake {
  readonly #source: string
  readonly #store: IntakeStore
  readonly #ctx: Context
  readonly #archive: R2Bucket
  readonly #audience: Subscribers
  readonly #dials: IntakeDials
  readonly #key: FingerprintKey
  readonly #accepts: Generations
  /** Batches that may be committed once more. */
  readonly #batches = new Set<string>()
  readonly #ids: Generations
  #seq = 0
  #counters: Counters
  readonly #outbox: Outbox
  readonly #behind: Behind
  readonly #follower: Follower | undefined
  readonly #trimmed: number
  readonly #rows: LiveRows
  readonly #reader: LogReader
  #checked: number
  /** How far an orphan pass has come that is not over. */
  #after: string | undefined
  /** Segments whose ids are remembered, oldest first. */
  #remembered: RememberedIds[]
  /** Claims in hand elsewhere, and until when. In memory only: it spares work, it decides nothing. */
  readonly #busy = new Map<string, number>()
  readonly #usage = new UsageWindow()
  #armed: number | null = null
  readonly #traffic: Traffic
  readonly #tellHealth: TellSourceHealth | undefined

  /** `tellHealth` says what came; its failure only costs time. */
  constructor(
    source: string,
    storage: IntakeStorage,
    ctx: Context,
    lane: (destination: string) => Pick<LaneRemote, 'register'>,
    archive: R2Bucket,
    audience: Subscribers = NO_SUBSCRIBERS,
    dials: IntakeDials = INTAKE_DIALS,
    /** Tells whoever reads the log afterwards that there is more; see `follower.ts`. */
    follow?: () => Promise<unknown>,
    tellHealth?: TellSourceHealth,
  ) {
    this.#tellHealth = tellHealth
    this.#source = source
    this.#store = new IntakeStore(storage)
    this.#ctx = ctx
    this.#archive = archive
    this.#audience = audience
    this.#dials = dials
    const ids = new IdStore(storage)
    this.#key = new FingerprintKey(ctx, ids.key())
    const { generation, acceptGeneration, filterBits } = dials
    const acceptSizes = { most: MOST_ACCEPTS, generation: acceptGeneration, filterBits }
    this.#accepts = new Generations('accepts', this.#key, ids, acceptSizes)
    this.#ids = new Generations('ids', this.#key, ids, { most: MOST_IDS, generation, filterBits })
    const state = this.#store.state()
    const last = this.#store.last()
    this.#remembered = this.#store.remembered()
    this.#outbox = new Outbox(
      {
        log: source,
        ctx,
        lane,
        read: (seq, destination) => this.#owed(seq, destination),
        arm: (at) => this.#arm(at),
        isBehind: (destination) => this.#behind.has(destination),
      },
      state,
    )
    this.#behind = new Behind(
      {
        log: source,
        ctx,
        lane,
        archive,
        arm: (at) => this.#arm(at),
        segmentOf: (seq) => this.#store.segmentOf(seq),
        eventsOf: (rows) => this.#reader.eventsBetween(rows),
        save: (one) => this.#store.saveBehind(one),
        caughtUp: (destination, mark) => {
          this.#store.removeBehind(destination)
          this.#outbox.caughtUp(destination, mark)
        },
      },
      this.#store.behind(),
    )
    this.#follower =
      follow &&
      new Follower(state.told ?? 0, {
        ctx,
        tell: follow,
        arm: (at) => this.#arm(at),
        onTold: () => this.#store.saveState(this.#stateNow()),
      })
    this.#seq = last?.seq ?? 0
    this.#trimmed = state.trimmed
    this.#rows = new LiveRows(dials, state.trimmed)
    this.#reader = new LogReader(source, this.#store, archive, dials.partRows)
    this.#traffic = new Traffic(state.traffic)
    this.#checked = state.checked
    this.#after = state.after
    this.#counters = last?.counters ?? {
      requests: 0,
      received: 0,
      duplicates: 0,
      rejected: {},
      archived: 0,
      lastCommitAt: null,
    }
    this.#remember(state)
    // Another alarm that is set already would only come later.
    if (this.#nextSegment(this.#oldEnough())) this.#arm(ctx.now() + SOON_MS)
  }

  /** Says what is new. Writes nothing: only a commit makes an id known. `watched`: somebody wants to see what is committed. */
  begin(claims: Claim[]): { batch: string; verdicts: Verdict[]; watched?: true } {
    const now = this.#ctx.now()
    const seen = new FingerprintSet(this.#key)
    const verdicts = claims.map(({ accept, ids }): Verdict => {
      if (this.#accepts.has(fingerprints([accept]), 0)) return { state: 'done' }
      if ((this.#busy.get(accept) ?? 0) > now) return { state: 'busy' }
      this.#busy.set(accept, now + CLAIM_MS)
      const duplicates: number[] = []
      for (let event = 0; event < ids.length / 2; event++) {
        if (this.#ids.has(ids, event) || !seen.add(ids, event)) duplicates.push(event)
      }
      return { state: 'new', duplicates }
    })
    const batch = randomId(this.#ctx, `${now}-`, 12)
    return { batch, verdicts, ...(this.#audience.watches && { watched: true }) }
  }

  /** Gives up claims whose batch will not be committed. */
  release(accepts: string[]): void {
    for (const accept of accepts) this.#busy.delete(accept)
  }

  /** Makes a batch true: the one step that has it archived, deduplicated and owed to its lanes. */
  commit(commit: Commit): CommitReply {
    const now = this.#ctx.now()
    if (this.#batches.has(commit.batch)) return 'ok'
    if (now - batchTime(commit.batch) > this.#dials.staleMs) return 'stale'
    if (this.#known(commit)) return 'conflict'
    if (commit.after !== undefined && commit.after !== this.#seq) return 'conflict'
    const { accepts, ids, routes, refused, shown: _shown, counts: _counts, after: _after, ...facts } = commit
    const committedAt = new Date(now).toISOString()
    // Before anything is changed: what earlier commits have brought may be packed, which may fail.
    this.#settle()
    const seq = this.#seq + 1
    const counters = this.#count(commit, committedAt)
    const row = { ...facts, seq, committedAt, counters }
    const size = this.#store.append(row, { accepts, routes, ...(refused && { refused }) }, ids)
    this.#seq = seq
    this.#rows.add(seq, { at: now, size, ids: ids.length / 2 })
    this.#counters = counters
    this.#traffic.note(row)
    this.#learn(seq, commit.batch, accepts, ids)
    for (const destination of Object.keys(routes)) this.#outbox.owe(destination, seq)
    this.release(accepts)
    this.#arm(now + ALARM_MS)
    this.#outbox.push()
    if (this.#audience.watches) this.#audience.show({ ...commit, seq, committedAt })
    return 'ok'
  }

  counters(): Counters & { log: LogSize } {
    return { ...this.#counters, log: this.#size() }
  }

  /** Where an event lies whose id is remembered. */
  async find(messageId: string): Promise<Found | null> {
    const wanted = fingerprints([messageId])
    if (!this.#ids.has(wanted, 0)) return null
    for (const { seq, ids } of this.#store.ids()) {
      const event = indexOfFingerprint(ids, wanted)
      const found = event < 0 ? null : await this.at(seq, event)
      if (found) return found
    }
    for (const { last } of this.#remembered.toReversed()) {
      let event = indexOfFingerprint(this.#store.idsOf(last), wanted)
      const segment = event < 0 ? undefined : this.#store.segmentOf(last)
      for (const entry of segment ? await this.#reader.segment(segment) : []) {
        const events = eventsOf(entry)
        if (event < events) return foundIn(entry, event)
        event -= events
      }
    }
    return null
  }

  /** Where an event of a batch lies; `null` when there is no such. */
  async at(seq: number, event: number): Promise<Found | null> {
    const entry = await this.#reader.rows()(seq)
    return entry ? foundIn(entry, event) : null
  }

  /** What the log knows of its last events. */
  page(query: LogQuery): Promise<LogPage> {
    return pageOfLog(this.#reader.rows(), this.#seq, query)
  }

  /** The next part of the log; `readLog` goes through all of them. */
  log(where: LogFrom): LogPart {
    return this.#reader.part(where, this.#seq, (seq) => this.#rows.get(seq)?.size ?? 0)
  }

  nudge(): void {
    this.#outbox.push()
    this.#behind.push()
    this.#follower?.look(this.#seq)
  }

  /** Somebody has begun to watch. */
  watched(): void {
    this.#arm(this.#ctx.now() + LOOK_MS)
  }

  /** Counts events that were taken against the source's limit. Writes nothing. */
  spend(events: number, perSecond: number): Usage {
    return this.#usage.spend(this.#ctx.now(), events, perSecond)
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    this.#armed = null
    const now = this.#ctx.now()
    const { orphanAgeMs, orphanEveryMs } = this.#dials
    try {
      this.#tidy()
      this.#store.saveState(this.#stateNow())
      this.#outbox.push()
      this.#behind.push()
      this.#follower?.look(this.#seq)
      if (!this.#outbox.isEmpty || !this.#behind.isEmpty) this.#arm(now + PUSH_MS)
      if (this.#audience.isOpen && (await this.#audience.look())) this.#arm(now + LOOK_MS)
      const { bytes } = this.#size()
      if (bytes > LARGE_BYTES) this.#ctx.log('warn', 'the log of a source is large', { source: this.#source, bytes })
      this.#armForSeal()
    } catch (error) {
      this.#failed(error)
    }
    await this.#tell().catch((error: unknown) => this.#failed(error))
    if (this.#nextSegment(this.#oldEnough())) await this.#seal().catch((error: unknown) => this.#failed(error))
    if (now - this.#checked < orphanAgeMs + orphanEveryMs) return
    await this.removeOrphans(orphanAgeMs).catch((error: unknown) => this.#failed(error))
  }

  /**
   * Removes archive objects that the log lacks, begun since the last time and at least `olderThanMs` ago; that has to be
   * longer than a commit may take. Answers how many; its alarm goes on with the rest.
   */
  async removeOrphans(olderThanMs: number): Promise<number> {
    const { staleMs, orphanPages: pages } = this.#dials
    const until = this.#ctx.now() - Math.max(olderThanMs, staleMs)
    if (this.#checked >= until) return 0
    const inside = { log: (from: LogFrom) => Promise.resolve(this.log(from)) }
    const { removed, after } = await removeOrphans({
      source: this.#source,
      archive: this.#archive,
      // The first time from the oldest there is: it may have been written long before anything was committed.
      after: this.#after ?? this.#checked,
      until,
      pages,
      staleMs,
      rows: (since) => readLog({ source: this.#source, intake: inside, archive: this.#archive }, { since }),
    })
    this.#after = after ?? undefined
    if (after === null) this.#checked = until
    else this.#arm(this.#ctx.now() + SOON_MS)
    this.#store.saveState(this.#stateNow())
    if (removed > 0) this.#ctx.log('info', 'orphans removed', { source: this.#source, objects: removed })
    return removed
  }

  /** Says what came, when it is time. Nothing waits for it but the rest of an alarm. */
  async #tell(): Promise<void> {
    const tell = this.#tellHealth
    if (!tell) return
    const now = this.#ctx.now()
    if (this.#traffic.due <= now) {
      const { seq } = this.#traffic.stored
      try {
        const again = await within(this.#ctx, tell(this.#traffic.health(now)), TELL_MS)
        this.#traffic.told(seq, now, again)
        this.#store.saveState(this.#stateNow())
      } catch (error) {
        this.#traffic.failed(this.#ctx.now())
        this.#ctx.log('warn', 'health not told', { source: this.#source, error: String(error) })
      }
    }
    const next = this.#traffic.due
    if (next < Infinity) this.#arm(Math.max(next, this.#ctx.now() + SOON_MS))
  }

  #remember(state: IntakeState): void {
    for (const set of [this.#accepts, this.#ids])
      for (const { seq, words } of this.#store.fingerprints(set.kind, set.packedThrough)) {
        set.add(words, seq)
        set.settle()
      }
    for (const { row, recent, ids, size } of this.#store.live(state.trimmed + 1)) {
      const { seq } = row
      if (state.trimmed === 0 && this.#rows.first === 0) this.#rows.startAt(seq)
      this.#rows.add(seq, { at: Date.parse(row.committedAt), size, ids: ids.length / 2 })
      this.#learn(seq, row.batch, recent?.accepts ?? [], ids)
      this.#settle()
      this.#traffic.note(row)
      for (const destination of Object.keys(recent?.routes ?? {})) this.#outbox.remember(destination, seq)
    }
    if (this.#rows.first === 0) this.#rows.startAt(this.#store.first())
    this.#outbox.forget(0)
  }

  #learn(seq: number, batch: string, accepts: readonly string[], ids: Uint32Array): void {
    this.#batches.add(batch)
    this.#accepts.add(fingerprints(accepts), seq)
    this.#ids.add(ids, seq)
  }

  /** Packs what is enough for it, so that memory is bounded. */
  #settle(): void {
    this.#accepts.settle()
    this.#ids.settle()
  }

  /** Forgets what is over, but never an id within the window. */
  #tidy(): void {
    const now = this.#ctx.now()
    const { repeatMs, windowMs, windowRows } = this.#dials
    for (const batch of this.#batches) if (now - batchTime(batch) > repeatMs) this.#batches.delete(batch)
    // A claim that is over and not released is that of a route that died.
    for (const [accept, until] of this.#busy) if (until <= now) this.#busy.delete(accept)
    let ids = this.#remembered.reduce((sum, one) => sum + one.ids, 0)
    const kept = this.#remembered.findIndex((one) => {
      if (ids <= MOST_IDS && (one.at >= now - windowMs || one.last > this.#seq - windowRows)) return true
      ids -= one.ids
      return false
    })
    const [over] = this.#remembered.splice(0, kept < 0 ? Infinity : kept).slice(-1)
    if (!over) return
    this.#store.forget(over.last)
    this.#ids.forget(over.last)
    this.#accepts.forget(over.last)
  }

  /**
   * The oldest live rows that have to leave: committed at `before` (milliseconds) at the latest, as many as make a segment.
   * The last row stays, which has the figures.
   */
  #nextSegment(before: number): { first: number; last: number } | null {
    return this.#rows.nextSegment(before, this.#seq - 1)
  }

  /**
   * Moves rows into segments: first the object, then, in one step, the index and the rows. Whatever dies in between, the
   * rows are in the log once; an object that the index lacks is written over by the next attempt, or never read.
   */
  async #seal(): Promise<void> {
    for (let n = 0; n < this.#dials.segmentsAtOnce; n++) {
      const segment = this.#nextSegment(this.#oldEnough())
      if (!segment) break
      const { first, last } = segment
      const rows = [...this.#store.live(first, last)]
      const lines = rows.map(({ row, recent }) => JSON.stringify(entryOf({ row, recent })))
      await writeSegment(this.#archive, this.#source, segment, lines)
      const accepts = fingerprints(rows.flatMap(({ recent }) => recent?.accepts ?? []))
      const at = Math.max(...rows.map(({ row }) => Date.parse(row.committedAt)))
      const ids = joined(rows.map((one) => one.ids))
      const behind = this.#outbox.lacking(last).map(({ destination, mark, first: owed }) => {
        const { config } = rows.findLast(({ recent }) => recent?.routes[destination])?.recent?.routes[destination] ?? {}
        if (!config) throw new Error(`rows ${first}-${last} have nothing for ${destination}, which is owed one`)
        return this.#behind.with({ destination, mark, looked: owed - 1, last, config })
      })
      if (!this.#store.seal({ ...segment, ended: at }, accepts, ids, behind)) return
      for (const one of behind) {
        this.#behind.add(one)
        this.#outbox.leave(one.destination, last, one.mark)
      }
      this.#rows.drop(last)
      if (ids.length + accepts.length > 0) this.#remembered.push({ last, at, ids: ids.length / 2 })
      this.#outbox.forget(last)
      this.#ctx.log('info', 'log sealed', { source: this.#source, first, last, bytes: this.#store.size })
    }
    this.#armForSeal()
  }

  /** Also when nothing more comes: what makes a segment leaves when it is old enough. */
  #armForSeal(): void {
    const next = this.#nextSegment(Infinity)
    if (!next) return
    const { at = 0 } = this.#rows.get(next.last) ?? {}
    this.#arm(Math.max(this.#ctx.now() + SOON_MS, at + this.#dials.liveMs))
  }

  #oldEnough(): number {
    return this.#ctx.now() - this.#dials.liveMs
  }

  #failed(error: unknown): void {
    this.#ctx.log('error', 'intake alarm failed', { source: this.#source, error: String(error) })
    this.#arm(this.#ctx.now() + ALARM_MS)
  }

  #known({ accepts, ids }: Commit): boolean {
    const words = fingerprints(accepts)
    if (accepts.some((_, at) => this.#accepts.has(words, at))) return true
    for (let at = 0; at < ids.length / 2; at++) if (this.#ids.has(ids, at)) return true
    return false
  }

  #count({ counts, ids }: Commit, lastCommitAt: string): Counters {
    const before = this.#counters
    const rejected = { ...before.rejected }
    for (const [code, n] of Object.entries(counts.rejected)) rejected[code] = (rejected[code] ?? 0) + n
    const warned = { ...before.warned }
    for (const [code, n] of Object.entries(counts.warned ?? {})) warned[code] = (warned[code] ?? 0) + n
    return {
      requests: before.requests + counts.requests,
      received: before.received + counts.received,
      duplicates: before.duplicates + counts.duplicates,
      archived: before.archived + ids.length / 2,
      rejected,
      ...((before.warned ?? counts.warned) && { warned }),
      lastCommitAt,
    }
  }

  #size(): LogSize {
    return { bytes: this.#store.size, live: this.#seq - this.#rows.first + 1, rows: this.#seq }
  }

  #owed(seq: number, destination: string): Owed | undefined {
    const entry = this.#store.read(seq)
    const route = entry?.recent?.routes[destination]
    if (!entry || !route) return undefined
    const { key, chunks } = entry.row
    const { config, ...what } = route
    return { part: { seq, key: key ?? '', chunks, ...what }, config }
  }

  #stateNow(): IntakeState {
    return {
      ...this.#outbox.stored(this.#seq),
      trimmed: this.#trimmed,
      checked: this.#checked,
      ...(this.#follower && { told: this.#follower.told }),
      ...(this.#after !== undefined && { after: this.#after }),
      traffic: this.#traffic.stored,
    }
  }

  #arm(at: number): void {
    if (this.#armed !== null && this.#armed <= at) return
    this.#armed = at
    void this.#store.setAlarm(at)
  }
}

function joined(all: readonly Uint32Array[]): Uint32Array {
  const words = new Uint32Array(all.reduce((n, { length }) => n + length, 0))
  let at = 0
  for (const one of all) {
    words.set(one, at)
    at += one.length
  }
  return words
}
