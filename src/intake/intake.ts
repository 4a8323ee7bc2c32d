import { batchTime } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { randomId } from '../context.ts'
import type { LaneRemote, Part } from '../lane/index.ts'
import { FingerprintSet, fingerprints, indexOfFingerprint } from './ids.ts'
import { type IntakeState, type IntakeStorage, IntakeStore, type LogRow } from './store.ts'
import type { Claim, Commit, CommitReply, Counters, Found, Verdict } from './protocol.ts'

/** How long a begun claim keeps others away; after that its route is taken for dead. */
const CLAIM_MS = 30_000
/** A batch begun longer ago is refused: the orphan pass may have removed its object. */
const STALE_MS = 10 * 60_000
/** A push that has not ended by then is taken for lost. */
const PUSH_MS = 10_000
const ALARM_MS = 30_000
const RETRY_MS = 5_000
/** Batches that one registration carries at most. */
const PUSH_ROWS = 50

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
  readonly #accepts = new Set<string>()
  readonly #batches = new Set<string>()
  readonly #ids = new FingerprintSet()
  #seq = 0
  #counters: Counters
  #pushed: Map<string, number>
  readonly #unpushed = new Map<string, number[]>()
  /** Claims in hand elsewhere, and until when. In memory only: it spares work, it decides nothing. */
  readonly #busy = new Map<string, number>()
  readonly #pushing = new Map<string, number>()
  #armed: number | null = null

  constructor(source: string, storage: IntakeStorage, ctx: Context, lane: (destination: string) => LaneRemote) {
    this.#source = source
    this.#store = new IntakeStore(storage)
    this.#ctx = ctx
    this.#lane = lane
    const state = this.#store.state()
    const last = this.#store.last()
    this.#pushed = new Map(Object.entries(state.pushed))
    this.#seq = last?.seq ?? 0
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
  begin(claims: Claim[]): { batch: string; verdicts: Verdict[] } {
    const now = this.#ctx.now()
    const seen = new FingerprintSet()
    const verdicts = claims.map(({ accept, ids }): Verdict => {
      if (this.#accepts.has(accept)) return { state: 'done' }
      if ((this.#busy.get(accept) ?? 0) > now) return { state: 'busy' }
      this.#busy.set(accept, now + CLAIM_MS)
      const duplicates: number[] = []
      for (let event = 0; event < ids.length / 2; event++) {
        if (this.#ids.has(ids, event) || !seen.add(ids, event)) duplicates.push(event)
      }
      return { state: 'new', duplicates }
    })
    return { batch: randomId(this.#ctx, `${now}-`, 12), verdicts }
  }

  release(accepts: string[]): void {
    for (const accept of accepts) this.#busy.delete(accept)
  }

  commit(commit: Commit): CommitReply {
    const now = this.#ctx.now()
    if (this.#batches.has(commit.batch)) return 'ok'
    if (now - batchTime(commit.batch) > STALE_MS) return 'stale'
    if (this.#known(commit)) return 'conflict'
    const { accepts, ids, routes, counts: _, ...facts } = commit
    const committedAt = new Date(now).toISOString()
    const seq = this.#seq + 1
    const counters = this.#count(commit, committedAt)
    this.#store.append({ ...facts, seq, committedAt, counters }, { accepts, routes }, ids)
    this.#seq = seq
    this.#counters = counters
    this.#learn(commit.batch, accepts, ids)
    for (const destination of Object.keys(routes)) this.#owe(destination, seq)
    this.release(accepts)
    this.#arm(now + ALARM_MS)
    this.#push()
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
      const entry = event < 0 ? undefined : this.#store.read(seq)
      if (!entry?.row.key) continue
      const { batch, key, chunks, committedAt } = entry.row
      return { seq, batch, key, chunks, event, committedAt, routes: entry.recent?.routes ?? null }
    }
    return null
  }

  nudge(): void {
    this.#push()
  }

  /** Never throws: an alarm that fails six times is gone for good. */
  alarm(): void {
    this.#armed = null
    try {
      this.#store.saveState(this.#stateNow())
      this.#push()
      if (this.#unpushed.size > 0) this.#arm(this.#ctx.now() + PUSH_MS)
    } catch (error) {
      this.#ctx.log('error', 'intake alarm failed', { source: this.#source, error: String(error) })
      this.#arm(this.#ctx.now() + ALARM_MS)
    }
  }

  #remember(state: IntakeState): void {
    for (const { seq, batch, recent, ids } of this.#store.recent()) {
      this.#learn(batch, recent.accepts, ids)
      for (const destination of Object.keys(recent.routes)) {
        if (seq > (this.#pushed.get(destination) ?? state.through)) this.#owe(destination, seq)
      }
    }
  }

  #learn(batch: string, accepts: readonly string[], ids: Uint32Array): void {
    this.#batches.add(batch)
    for (const accept of accepts) this.#accepts.add(accept)
    for (let at = 0; at < ids.length / 2; at++) this.#ids.add(ids, at)
  }

  #known({ accepts, ids }: Commit): boolean {
    if (accepts.some((accept) => this.#accepts.has(accept))) return true
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
    return { pushed, through: this.#seq }
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
