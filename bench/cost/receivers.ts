import type { VirtualClock } from '../../test/platform/clock.ts'
import { sequence } from '../../test/platform/clock.ts'
import type { Receiver } from './context.ts'

/** What a receiver does with a request, by how many it has in hand: how long it takes, and what it answers. */
export interface Behaviour {
  name: string
  /** Milliseconds of an answer at rest. */
  restMs: number
  /** Answers a second that it can give at most without being slower than twice that; `null`: as many as one likes. */
  most: number | null
  answer(inFlight: number, elapsedMs: number): { ms: number; status: number } | 'refused'
  /** Requests that it works at; what is over waits its turn. */
  servers?: number
}

/** What was seen at a receiver since `reset`. */
export interface Seen {
  /** Answers of 200. */
  delivered: number
  failed: number
  /** Milliseconds of each answer of 200. */
  took: number[]
  mostInFlight: number
}

const fixed = (ms: number): Behaviour => ({
  name: `answers in ${ms} ms`,
  restMs: ms,
  most: null,
  answer: () => ({ ms, status: 200 }),
})

export const CAPACITY = 40

/** Receivers of the kinds that there are. */
export const BEHAVIOURS = {
  fast: fixed(20),
  usual: fixed(200),
  slow: fixed(1_000),
  queues: {
    name: `${CAPACITY} at a time, others wait`,
    restMs: 200,
    most: (CAPACITY * 1_000) / 200,
    answer: () => ({ ms: 200, status: 200 }),
    servers: CAPACITY,
  },
  refuses: {
    name: `${CAPACITY} at a time, others 503`,
    restMs: 200,
    most: (CAPACITY * 1_000) / 200,
    answer: (inFlight) => (inFlight > CAPACITY ? { ms: 10, status: 503 } : { ms: 200, status: 200 }),
  },
  tires: {
    name: 'slower the more it has',
    restMs: 200,
    most: 60 / 0.4,
    answer: (inFlight) => ({ ms: 200 * (1 + (inFlight / 60) ** 2), status: 200 }),
  },
  restarts: {
    name: 'restarted, 20 s away',
    restMs: 200,
    most: null,
    // Away from the 20th second of the measurement on, and slow for five more.
    answer: (_, elapsedMs) => {
      if (elapsedMs >= 20_000 && elapsedMs < 40_000) return 'refused'
      return { ms: elapsedMs >= 40_000 && elapsedMs < 45_000 ? 600 : 200, status: 200 }
    },
  },
} as const satisfies Record<string, Behaviour>

/** One receiver for all addresses. Its answers vary by a tenth, the same in each run. */
export class BusyReceiver {
  seen: Seen = nothing()
  readonly #clock: VirtualClock
  readonly #behaviour: Behaviour
  readonly #random = sequence(7)
  #since = Infinity
  #inFlight = 0
  /** When each of its servers is free. */
  readonly #servers: number[]

  constructor(clock: VirtualClock, behaviour: Behaviour) {
    this.#clock = clock
    this.#behaviour = behaviour
    this.#servers = Array<number>(behaviour.servers ?? 0).fill(0)
  }

  /** The measurement begins. */
  reset(): void {
    this.#since = this.#clock.now
    this.seen = nothing()
  }

  readonly receive: Receiver = async (_, timeoutMs) => {
    const clock = this.#clock
    const began = clock.now
    this.#inFlight++
    this.seen.mostInFlight = Math.max(this.seen.mostInFlight, this.#inFlight)
    try {
      const answer = this.#behaviour.answer(this.#inFlight, began - this.#since)
      if (answer === 'refused') {
        await clock.sleep(5)
        this.seen.failed++
        throw new Error('connection refused')
      }
      const ms = this.#turn(answer.ms * (0.9 + 0.2 * this.#random()))
      await clock.sleep(Math.min(ms, timeoutMs))
      if (ms > timeoutMs) throw new DOMException('The receiver did not answer.', 'TimeoutError')
      if (answer.status === 200) {
        this.seen.delivered++
        this.seen.took.push(clock.now - began)
      } else this.seen.failed++
      return new Response(null, { status: answer.status })
    } finally {
      this.#inFlight--
    }
  }

  /** Milliseconds until it is answered, when it has to wait for one of the servers. */
  #turn(ms: number): number {
    if (this.#servers.length === 0) return ms
    const { now } = this.#clock
    const first = this.#servers.reduce((best, free, at) => (free < (this.#servers[best] ?? 0) ? at : best), 0)
    const end = Math.max(now, this.#servers[first] ?? 0) + ms
    this.#servers[first] = end
    return end - now
  }
}

function nothing(): Seen {
  return { delivered: 0, failed: 0, took: [], mostInFlight: 0 }
}
