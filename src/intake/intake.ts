import { batchTime, oldestRaw } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import type { LaneRemote, Part } from '../lane/index.ts'
import { Generations } from './generations.ts'
import { FingerprintSet, fingerprints, indexOfFingerprint } from './ids.ts'
import { removeOrphans } from './orphans.ts'
import { type Usage, UsageWindow } from './usage.ts'
import { pageOfLog } from './page.ts'
import { type IntakeState, type IntakeStorage, IntakeStore, type LogRow } from './store.ts'
import type { Claim, Commit, CommitReply, Counters, Found, LogPage, LogQuery, Verdict } from './protocol.ts'
import { type Audience, NOBODY } from './tail.ts'

/** How long a begun claim keeps others away; after that its route is taken for dead. */
const CLAIM_MS = 30_000
/** A batch begun longer ago is refused: the orphan pass may have removed its object. */
const STALE_MS = 10 * 60_000
/** A push that has not ended by then is taken for lost. */
const PUSH_MS = 10_000
const ALARM_MS = 30_000
const RETRY_MS = 5_000
/** How often those who watch are looked at when nothing comes. */
const LOOK_MS = 10_000
/** Batches that one registration carries at most. */
const PUSH_ROWS = 50
/** How long an id is remembered, and how many rows whatever their age. */
const WINDOW_MS = 24 * 3_600_000
const WINDOW_ROWS = 1_000
/** What memory allows: beyond it the oldest go early. An accept id is needed as long as its message may come again. */
const MOST_IDS = 12_000_000
const MOST_ACCEPTS = 2_000_000
const HOUR_MS = 3_600_000

/**
 * The intake of one source: the log of its committed batches. What a batch becomes is decided by one row: with it the
 * events are in the archive, in the dedupe window and owed to the lanes; without it they are nowhere.
 * Every method but the push reads, decides and writes without waiting in between, so each is one atomic step.
 */
export class Intake {
  readonly #source: string
  readonly #store: IntakeStore
  readonly #ctx: Context
  readonly #lane: (destination: string) => LaneRemote
  readonly #archive: R2Bucket
  readonly #audience: Audience
  readonly #accepts = new Generations(MOST_ACCEPTS)
  /** Batches that may be committed once more. */
  readonly #batches = new Set<string>()
  readonly #ids = new Generations(MOST_IDS)
  #seq = 0
  #counters: Counters
  #pushed: Map<string, number>
  #trimmed: number
  #checked: number
  readonly #unpushed = new Map<string, number[]>()
  /** Claims in hand elsewhere, and until when. In memory only: it spares work, it decides nothing. */
  readonly #busy = new Map<string, number>()
  readonly #pushing = new Map<string, number>()
  readonly #usage = new UsageWindow()
  #armed: number | null = null

  constructor(
    source: string,
    storage: IntakeStorage,
    ctx: Context,
    lane: (destination: string) => LaneRemote,
    archive: R2Bucket,
    audience: Audience = NOBODY,
  ) {
    this.#source = source
    this.#store = new IntakeStore(storage)
    this.#ctx = ctx
    this.#lane = lane
    this.#archive = archive
    this.#audience = audience
    const state = this.#store.state()
    const last = this.#store.last()
    this.#pushed = new Map(Object.entries(state.pushed))
    this.#seq = last?.seq ?? 0
    this.#trimmed = state.trimmed
    this.#checked = state.checked
    this.#counters = last?.counters ?? {
      requests: 0,
      received: 0,
      duplicates: 0,
      rejected: {},
      archived: 0,
      lastCommitAt: null,
    }
    this.#remember(state)
  }

  /** Says what is new. Writes nothing: only a commit makes an id known. */
  begin(claims: Claim[]): { batch: string; verdicts: Verdict[]; watched?: true } {
    const now = this.#ctx.now()
    const seen = new FingerprintSet()
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

  release(accepts: string[]): void {
    for (const accept of accepts) this.#busy.delete(accept)
  }

  commit(commit: Commit): CommitReply {
    const now = this.#ctx.now()
    if (this.#batches.has(commit.batch)) return 'ok'
    if (now - batchTime(commit.batch) > STALE_MS) return 'stale'
    if (this.#known(commit)) return 'conflict'
    const { accepts, ids, routes, refused, shown: _shown, counts: _counts, ...facts } = commit
    const committedAt = new Date(now).toISOString()
    const seq = this.#seq + 1
    const counters = this.#count(commit, committedAt)
    this.#store.append({ ...facts, seq, committedAt, counters }, { accepts, routes, ...(refused && { refused }) }, ids)
    this.#seq = seq
    this.#counters = counters
    this.#learn(seq, commit.batch, accepts, ids)
    for (const destination of Object.keys(routes)) this.#owe(destination, seq)
    this.release(accepts)
    this.#arm(now + ALARM_MS)
    this.#push()
    if (this.#audience.watches) this.#audience.show({ ...commit, seq, committedAt })
    return 'ok'
  }

  counters(): Counters {
    return this.#counters
  }

  find(messageId: string): Found | null {
    const wanted = fingerprints([messageId])
    if (!this.#ids.has(wanted, 0)) return null
    for (const { seq, ids } of this.#store.ids()) {
      const event = indexOfFingerprint(ids, wanted)
      const found = event < 0 ? null : this.at(seq, event)
      if (found) return found
    }
    return null
  }

  at(seq: number, event: number): Found | null {
    const { row, recent } = this.#store.read(seq) ?? {}
    if (!row?.key || event >= row.chunks.reduce((n, [, , events]) => n + events, 0)) return null
    const { batch, key, chunks, committedAt } = row
    return { seq, batch, key, chunks, event, committedAt, routes: recent?.routes ?? null }
  }

  page(query: LogQuery): LogPage {
    return pageOfLog(this.#store, this.#seq, query)
  }

  nudge(): void {
    this.#push()
  }

  /** Somebody has begun to watch. */
  watched(): void {
    this.#arm(this.#ctx.now() + LOOK_MS)
  }

  spend(events: number, perSecond: number): Usage {
    return this.#usage.spend(this.#ctx.now(), events, perSecond)
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  async alarm(): Promise<void> {
    this.#armed = null
    try {
      this.#trim()
      this.#store.saveState(this.#stateNow())
      this.#push()
      if (this.#unpushed.size > 0) this.#arm(this.#ctx.now() + PUSH_MS)
      if (this.#audience.isOpen && (await this.#audience.look())) this.#arm(this.#ctx.now() + LOOK_MS)
      if (this.#ctx.now() - this.#checked >= 3 * HOUR_MS) await this.removeOrphans(2 * HOUR_MS)
    } catch (error) {
      this.#ctx.log('error', 'intake alarm failed', { source: this.#source, error: String(error) })
      this.#arm(this.#ctx.now() + ALARM_MS)
    }
  }

  /**
   * Removes archive objects that the log lacks, begun since the last time and at least `olderThanMs` ago; that has to be
   * longer than a commit may take. Answers how many.
   */
  async removeOrphans(olderThanMs: number): Promise<number> {
    const until = this.#ctx.now() - Math.max(olderThanMs, STALE_MS)
    // The first time from the oldest there is: it may have been written long before anything was committed.
    const from = this.#checked || ((await oldestRaw(this.#archive, this.#source)) ?? until)
    if (from >= until) return 0
    // With room on both sides: a batch may be committed long after it was begun, and before it by another clock.
    const batches = this.#store.batchesBetween(from - STALE_MS, until + STALE_MS)
    const isKnown = (batch: string) => batches.has(batch)
    const removed = await removeOrphans(this.#source, from, until, { archive: this.#archive, isKnown })
    this.#checked = until
    this.#store.saveState(this.#stateNow())
    if (removed > 0) this.#ctx.log('info', 'orphans removed', { source: this.#source, objects: removed })
    return removed
  }

  #remember(state: IntakeState): void {
    for (const { seq, batch, recent, ids } of this.#store.recent()) {
      this.#learn(seq, batch, recent.accepts, ids)
      for (const destination of Object.keys(recent.routes)) {
        if (seq > (this.#pushed.get(destination) ?? state.through)) this.#owe(destination, seq)
      }
    }
  }

  #learn(seq: number, batch: string, accepts: readonly string[], ids: Uint32Array): void {
    this.#batches.add(batch)
    const words = fingerprints(accepts)
    for (let at = 0; at < accepts.length; at++) this.#accepts.add(words, at, seq)
    for (let at = 0; at < ids.length / 2; at++) this.#ids.add(ids, at, seq)
  }

  /** Forgets what is older than the window, but never the last rows nor what a lane has still to hear of. */
  #trim(): void {
    const now = this.#ctx.now()
    for (const batch of this.#batches) if (now - batchTime(batch) > 2 * STALE_MS) this.#batches.delete(batch)
    // A claim that is over and not released is that of a route that died.
    for (const [accept, until] of this.#busy) if (until <= now) this.#busy.delete(accept)
    let seq = Math.min(this.#store.firstSince(now - WINDOW_MS) - 1, this.#seq - WINDOW_ROWS)
    for (const [first] of this.#unpushed.values()) seq = Math.min(seq, (first ?? 1) - 1)
    if (seq <= this.#trimmed) return
    this.#store.trim(seq)
    this.#trimmed = seq
    this.#ids.forget(seq)
    this.#accepts.forget(seq)
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
    return {
      requests: before.requests + counts.requests,
      received: before.received + counts.received,
      duplicates: before.duplicates + counts.duplicates,
      archived: before.archived + ids.length / 2,
      rejected,
      lastCommitAt,
    }
  }

  #owe(destination: string, seq: number): void {
    const rows = this.#unpushed.get(destination)
    if (rows) rows.push(seq)
    else this.#unpushed.set(destination, [seq])
  }

  #stateNow(): IntakeState {
    const pushed = Object.fromEntries(this.#pushed)
    // A lane that has answered nothing yet still has to be found again, from before its first row.
    for (const [destination, [first]] of this.#unpushed) pushed[destination] ??= (first ?? 1) - 1
    return { pushed, through: this.#seq, trimmed: this.#trimmed, checked: this.#checked }
  }

  /** Registers what each lane lacks, one call at a time a lane; a slow lane delays only itself. */
  #push(): void {
    const now = this.#ctx.now()
    for (const destination of this.#unpushed.keys()) {
      if ((this.#pushing.get(destination) ?? 0) > now) continue
      this.#pushing.set(destination, now + PUSH_MS)
      this.#pushTo(destination)
        .catch((error: unknown) => {
          this.#ctx.log('warn', 'push to lane failed', { source: this.#source, destination, error: String(error) })
          this.#arm(this.#ctx.now() + RETRY_MS)
        })
        .finally(() => this.#pushing.delete(destination))
    }
  }

  async #pushTo(destination: string): Promise<void> {
    for (let owed = this.#unpushed.get(destination); owed; owed = this.#unpushed.get(destination)) {
      const parts: Part[] = []
      let config
      for (const seq of owed.slice(0, PUSH_ROWS)) {
        const entry = this.#store.read(seq)
        const route = entry?.recent?.routes[destination]
        if (!entry || !route) continue
        parts.push(partOf(entry.row, route))
        config = route.config
      }
      const to = parts.at(-1)?.seq
      if (to === undefined || !config) throw new Error(`log rows ${owed.slice(0, PUSH_ROWS).join()} have no route`)
      const from = this.#pushed.get(destination) ?? 0
      const { mark } = await this.#lane(destination).register({ log: this.#source, from, to, parts, config })
      this.#settlePush(destination, mark)
      this.#pushing.set(destination, this.#ctx.now() + PUSH_MS)
    }
  }

  #settlePush(destination: string, mark: number): void {
    this.#pushed.set(destination, mark)
    const left = (this.#unpushed.get(destination) ?? []).filter((seq) => seq > mark)
    if (left.length > 0) this.#unpushed.set(destination, left)
    else this.#unpushed.delete(destination)
  }

  #arm(at: number): void {
    if (this.#armed !== null && this.#armed <= at) return
    this.#armed = at
    void this.#store.setAlarm(at)
  }
}

function partOf(row: LogRow, route: { events: string; filtered: Record<string, number> }): Part {
  return { seq: row.seq, key: row.key ?? '', chunks: row.chunks, events: route.events, filtered: route.filtered }
}
