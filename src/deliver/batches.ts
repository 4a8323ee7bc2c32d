import { Buffer } from 'node:buffer'
import type { Target } from '../integrations/index.ts'
import type { Grant, GrantBatches } from '../lane/index.ts'
import type { Archived } from './contents.ts'
import { type Sent, sendBatch } from './send.ts'

interface Loaded {
  content: Archived
  bytes: number
}

/** The batches of a grant: which events each request has, and how it is sent. */
export class Batches {
  /** Numbers of the events of each, in order. */
  readonly all: number[][] = []
  readonly #maxBytes: number
  readonly #target: Target
  readonly #contentOf: (event: number) => Archived
  readonly #loaded = new Map<number, Loaded>()
  #requests = 0
  #lastAt = Infinity

  constructor(
    { events, cuts, maxBytes }: Pick<Grant, 'events'> & GrantBatches,
    target: Target,
    contentOf: (event: number) => Archived,
  ) {
    this.#maxBytes = maxBytes
    this.#target = target
    this.#contentOf = contentOf
    const starts = new Set(cuts)
    for (const event of events) {
      if (this.all.length === 0 || starts.has(event)) this.all.push([])
      this.all.at(-1)?.push(event)
    }
  }

  /** The requests instead of one that would be too long; `null`: it is not. */
  halves(events: readonly number[]): number[][] | null {
    if (events.length === 1) return null
    const bytes = events.reduce((sum, event) => sum + this.#load(event).bytes + 1, 1)
    return bytes > this.#maxBytes ? inHalves(events) : null
  }

  /** Sends these as one request; what came of each, in their order. Never throws. */
  async send(events: readonly number[], deps: Parameters<typeof sendBatch>[2]): Promise<Sent[]> {
    const loaded = events.map((event) => this.#load(event))
    const there = loaded.flatMap(({ content }) => ('text' in content ? [content] : []))
    const request = this.#requests++
    this.#lastAt = deps.ctx.now()
    const body = `[${there.map(({ text }) => text).join(',')}]`
    const list = there.map(({ facts }) => facts)
    const answers = (list.length === 0 ? [] : await sendBatch(list, this.#target, deps, body)).values()
    return loaded.map(({ content }) => {
      if ('nothing' in content) return content.nothing
      const { isOwn, ...answer } = answers.next().value as Sent
      return { ...answer, batch: { requests: [request], size: list.length, ...(isOwn && { isOwn }) } }
    })
  }

  /** How many requests were made. */
  get requests(): number {
    return this.#requests
  }

  /**
   * What comes of a request that is not made: where it has a part of a batch, that it was to be one of its own, and for how many
   * milliseconds the one before has been under way.
   */
  unsent(events: readonly number[], together: readonly number[], now: number): Sent {
    if (events.length === together.length) return { outcome: { kind: 'unsent' }, tookMs: 0 }
    const tookMs = Math.max(0, now - this.#lastAt)
    return { outcome: { kind: 'unsent' }, tookMs, batch: { requests: [-1 - (events[0] ?? 0)], size: events.length } }
  }

  /** Nobody needs these any more. */
  drop(events: readonly number[]): void {
    for (const event of events) this.#loaded.delete(event)
  }

  #load(event: number): Loaded {
    const known = this.#loaded.get(event)
    if (known) return known
    const content = this.#contentOf(event)
    const made = { content, bytes: 'text' in content ? Buffer.byteLength(content.text) : 0 }
    this.#loaded.set(event, made)
    return made
  }
}

/** Those of a request that were too many for its receiver, as they are sent next: in halves, or what is left of it. */
export function smaller(events: readonly number[], sent: readonly Sent[]): number[][] {
  const left = events.filter((_, n) => sent[n]?.isTooLarge)
  if (left.length === 0) return []
  return left.length === events.length ? inHalves(left) : [left]
}

function inHalves(events: readonly number[]): number[][] {
  const half = Math.ceil(events.length / 2)
  return [events.slice(0, half), events.slice(half)]
}
