import type { VirtualClock } from '../platform/clock.ts'
import { type Choices, whole } from './choices.ts'
import type { Journal } from './journal.ts'

/** One event as a client sends it; `n` is its number in this run. */
export interface ClientEvent {
  n: number
  source: number
  messageId: string
  /** It names the destinations' integration as off. */
  unwanted: boolean
  /** `false`: it is rejected, or beyond what a request may bring, and nobody may keep it. */
  kept: boolean
}

/** A request's answer; `null`: none came. */
export type Post = (source: number, body: string) => Promise<number | null>

const RETRIES = 4
/** Who does what is sent: letters, so that requests are as long whoever it is. */
export const PEOPLE = ['u', 'v', 'w', 'x'] as const

/** What all of them are called. */
export const NAME = 'Bought'

/** Whose event it is, by its number. */
export function personOf(n: number): string {
  return PEOPLE[n % PEOPLE.length] ?? ''
}

/** The customers' SDKs: they send, and send again what got no 200. */
export class Clients {
  /** Events of requests that were answered with 200: these must not be lost. */
  readonly acked = new Map<number, ClientEvent>()
  /** Everything that was sent at least once. */
  readonly sent = new Map<number, ClientEvent>()
  /** Requests that have neither been acked nor given up. */
  underWay = 0
  readonly #clock: VirtualClock
  readonly #choices: Choices
  readonly #journal: Journal
  readonly #post: Post
  #events = 0

  constructor(deps: { clock: VirtualClock; choices: Choices; journal: Journal }, post: Post) {
    this.#clock = deps.clock
    this.#choices = deps.choices
    this.#journal = deps.journal
    this.#post = post
  }

  make(source: number, { unwanted = false, kept = true } = {}): ClientEvent {
    const n = this.#events++
    const event = { n, source, messageId: `m-${n}`, unwanted, kept }
    this.sent.set(n, event)
    return event
  }

  /** One request, until it is acked or given up; an SDK that misses the answer sends it once more. */
  async send(
    label: string,
    source: number,
    events: readonly ClientEvent[],
    body: string = bodyOf(events),
  ): Promise<boolean> {
    this.underWay++
    try {
      for (let tries = 0; tries < RETRIES; tries++) {
        const status = await this.#post(source, body)
        this.#journal.tell('client', `${label}: ${events.map(({ n }) => n).join()} → ${status ?? 'no answer'}`)
        if (status === 200) {
          for (const event of events) if (event.kept) this.acked.set(event.n, event)
          const again = this.#choices.pick(`${label}: sent again`, 0, (r) =>
            r < 0.15 ? whole(10, 40_000)(r / 0.15) : 0,
          )
          if (again === 0) return true
          await this.#clock.sleep(again)
          await this.#post(source, body)
          return true
        }
        await this.#clock.sleep(this.#choices.pick(`${label}: retry`, 1_000, whole(100, 20_000)))
      }
      return false
    } finally {
      this.underWay--
    }
  }
}

export function bodyOf(events: readonly ClientEvent[], padding = 0): string {
  const batch = events.map(({ n, messageId, unwanted }) => ({
    type: 'track',
    event: NAME,
    userId: personOf(n),
    messageId,
    properties: { n, ...(padding > 0 && { padding: 'x'.repeat(padding) }) },
    ...(unwanted && { integrations: { Webhooks: false } }),
  }))
  return JSON.stringify({ batch })
}
