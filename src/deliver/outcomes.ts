import type { Context } from '../context.ts'
import {
  type Batched,
  type GrantProgress,
  type ProgressTerms,
  type SendResult,
  type Settlement,
  signFrom,
} from '../lane/index.ts'
import type { Sent } from './send.ts'

/** What is known of an event beside what came of it. */
export interface About {
  /** What it is, as `nameKey` has it. */
  kind?: string
  /** The bin of its time from accepted to delivered. */
  delay?: string | undefined
}

/** An event of a grant, and what came of it. */
interface Outcome {
  event: number
  sent: Sent
  about: About
}

/** How a lane is told what has arrived so far, and when; absent: it is not. */
interface Telling {
  tell: (some: Pick<GrantProgress, 'results' | 'kinds'>) => Promise<void>
  terms: ProgressTerms | undefined
}

/**
 * What came of the events of a grant. Of a worker that dies, those are sent again that its lane was not told of: what has arrived
 * since, or too few to be told.
 */
export class Outcomes {
  readonly #telling: Telling
  readonly #ctx: Pick<Context, 'now' | 'sleep'>
  readonly #all = new Portion()
  readonly #latencies: number[] = []
  /** What has arrived, or is not wanted, and was not told. */
  #untold = new Portion()
  #toldAt: number
  #isTelling = false
  #isOver = false

  /** `asked`: milliseconds, since when the grant goes on. */
  constructor(telling: Telling, asked: number, ctx: Pick<Context, 'now' | 'sleep'>) {
    this.#telling = telling
    this.#toldAt = asked
    this.#ctx = ctx
  }

  /** Notes what came of the events of a batch, or of one: its lane is told of all or of none. Whoever sends them waits for nothing. */
  add(some: readonly Outcome[]): void {
    for (const one of some) this.#note(one)
    const { terms } = this.#telling
    if (terms && !this.#isTelling && this.#untold.events >= terms.leastEvents) void this.#tellSoon(terms)
  }

  #note({ event, sent, about: { kind, delay } }: Outcome): void {
    const key = keyOf(sent)
    const { outcome, tookMs, status, batch } = sent
    const result = this.#all.resultOf(key) ?? this.#all.begin(key, sent)
    this.#all.add(result, event, sent, kind)
    if (signFrom(sent) === 'answer') this.#latencies.push(tookMs)
    if (outcome.kind !== 'delivered' && outcome.kind !== 'filtered') return
    const untold = this.#untold
    const told =
      untold.resultOf(key) ??
      untold.begin(key, { outcome, tookMs, ...(status !== undefined && { status }), ...(batch && { batch }) })
    untold.add(told, event, sent, kind)
    if (delay !== undefined) addDelay(told, delay, 1)
  }

  /** What the grant is settled with: all outcomes, and of delays those that were not told. Nothing is told from then on. */
  end(): Pick<Settlement, 'results' | 'kinds' | 'latencyMs'> {
    this.#isOver = true
    this.#all.addDelays(this.#untold)
    const latencyMs = this.#latencies.toSorted((a, b) => a - b)[this.#latencies.length >> 1]
    return { ...this.#all.told, ...(latencyMs !== undefined && { latencyMs }) }
  }

  async #tellSoon({ everyMs, leastEvents }: ProgressTerms): Promise<void> {
    this.#isTelling = true
    while (!this.#isOver && this.#untold.events >= leastEvents) {
      const wait = this.#toldAt + everyMs - this.#ctx.now()
      if (wait > 0) await this.#ctx.sleep(wait)
      if (this.#isOver) return
      const portion = this.#untold
      this.#untold = new Portion()
      this.#toldAt = this.#ctx.now()
      try {
        await this.#telling.tell(portion.told)
      } catch {
        // It may have been booked: once more changes nothing.
        this.#untold.merge(portion)
      }
    }
    this.#isTelling = false
  }
}

/** Events that ended alike make one result, with the first one's words and sample. */
class Portion {
  events = 0
  readonly #results = new Map<string, SendResult>()
  readonly #kinds = new Map<string, number[]>()

  resultOf(key: string): SendResult | undefined {
    return this.#results.get(key)
  }

  /** The result of events that ended like this one. */
  begin(key: string, facts: Sent): SendResult {
    const result = { ...facts, events: [] }
    this.#results.set(key, result)
    return result
  }

  add(result: SendResult, event: number, { tookMs, batch }: Sent, kind: string | undefined): void {
    this.events++
    result.events.push(event)
    if (tookMs > result.tookMs) result.tookMs = tookMs
    if (batch) result.batch = together(result.batch, batch)
    if (kind !== undefined) this.#kindOf(kind).push(event)
  }

  /** As if what was added to another had been added to this one. */
  merge(other: Portion): void {
    this.events += other.events
    for (const [key, result] of other.#results) {
      const known = this.#results.get(key)
      this.#results.set(key, known ?? result)
      if (!known) continue
      known.events.push(...result.events)
      known.tookMs = Math.max(known.tookMs, result.tookMs)
      if (result.batch) known.batch = together(known.batch, result.batch)
      addDelays(known, result.delays)
    }
    for (const [kind, events] of other.#kinds) this.#kindOf(kind).push(...events)
  }

  /** Takes over what another says of how long its events took. */
  addDelays(other: Portion): void {
    for (const [key, { delays }] of other.#results) addDelays(this.#results.get(key), delays)
  }

  get told(): Pick<Settlement, 'results' | 'kinds'> {
    const results = [...this.#results.values()]
    return { results, ...(this.#kinds.size > 0 && { kinds: Object.fromEntries(this.#kinds) }) }
  }

  #kindOf(kind: string): number[] {
    const known = this.#kinds.get(kind)
    if (known) return known
    const events: number[] = []
    this.#kinds.set(kind, events)
    return events
  }
}

/** Of what is tried again each request is for itself: it is sent again as it was. */
function keyOf({ outcome, status, batch }: Pick<SendResult, 'outcome' | 'status' | 'batch'>): string {
  const ended = outcome.kind === 'delivered' ? outcome.kind : JSON.stringify(outcome)
  if (!batch) return `${ended} ${status}`
  const { requests, size, isOwn = false } = batch
  return JSON.stringify([ended, status, size, isOwn, ...(isOwn ? [] : requests)])
}

function together(some: Batched | undefined, more: Batched): Batched {
  if (!some || some.requests.at(-1) === more.requests.at(-1)) return some ?? more
  return { ...more, requests: [...new Set([...some.requests, ...more.requests])] }
}

function addDelays(result: SendResult | undefined, delays: SendResult['delays']): void {
  if (!result || !delays) return
  for (const [bin, n] of Object.entries(delays)) addDelay(result, bin, n)
}

function addDelay(result: SendResult, bin: string, n: number): void {
  const delays = (result.delays ??= {})
  delays[bin] = (delays[bin] ?? 0) + n
}
