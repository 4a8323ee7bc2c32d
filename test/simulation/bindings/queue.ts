import type { VirtualClock } from '../../../bench/cost/clock.ts'
import { checkMessages } from '../../../bench/cost/limits.ts'
import type { Actor } from '../actors.ts'
import { type Choices, whole } from '../choices.ts'
import type { Journal } from '../journal.ts'
import type { Wires } from '../wires.ts'

interface Waiting {
  id: string
  body: unknown
  attempts: number
  /** In a batch with a consumer. */
  out: boolean
  /** Milliseconds: not delivered before. */
  visibleAt: number
}

export interface QueueOptions {
  name: string
  maxBatchSize: number
  maxRetries: number
  /** Whether a message may be lost by its queue, as after its retention: only such as are no more than a hint. */
  mayLose(body: unknown): boolean
  /** `false`: whoever had the batch died or was given up. */
  consume(messages: readonly Message<unknown>[]): Promise<boolean>
  /** Takes what was retried too often; without it that is deleted. */
  dead?: SimulatedQueue
}

interface Deps {
  clock: VirtualClock
  choices: Choices
  journal: Journal
  wires: Wires
}

/**
 * A queue that keeps what Cloudflare's promises and no more: every message at least once, in no order, in batches of any
 * composition, again when its consumer died or its acknowledgement was lost.
 */
export class SimulatedQueue {
  readonly #options: QueueOptions
  readonly #deps: Deps
  #waiting: Waiting[] = []
  #sent = 0

  constructor(options: QueueOptions, deps: Deps) {
    this.#options = options
    this.#deps = deps
  }

  get length(): number {
    return this.#waiting.length
  }

  /** As when a local process is killed, whose queues live in its memory. */
  clear(): void {
    this.#waiting = []
  }

  binding(who: () => Actor): Queue<never> {
    const { name } = this.#options
    const send = (bodies: readonly unknown[]) => {
      const sent = structuredClone(bodies)
      const effect = () => {
        checkMessages(sent, this.#deps.wires.limits)
        for (const body of sent) this.push(body)
      }
      return this.#deps.wires.call(who(), { what: `queue ${name}.send`, effect, ms: 10, mostMs: 60 })
    }
    const queue = {
      send: (body: unknown) => send([body]),
      sendBatch: (messages: Iterable<{ body: unknown }>) => send([...messages].map(({ body }) => body)),
    }
    return queue as unknown as Queue<never>
  }

  push(body: unknown): void {
    const { name, mayLose } = this.#options
    const { choices, journal } = this.#deps
    if (mayLose(body) && choices.pick(`queue ${name}: lost`, 0, (r) => (r < 0.02 ? 1 : 0)) === 1) {
      return journal.fault('message lost', `queue ${name}`, 'a hint')
    }
    this.#wait({ id: `${name}-${++this.#sent}`, body, attempts: 1, out: false, visibleAt: 0 }, this.#delay('delay'))
  }

  #delay(what: string): number {
    const { name } = this.#options
    // Mostly within a second, now and then minutes late.
    const draw = (r: number) => (r < 0.03 ? Math.round(1_000 + (r / 0.03) * 180_000) : Math.round(20 + r * 1_000))
    return this.#deps.choices.pick(`queue ${name}: ${what}`, 500, draw)
  }

  #wait(message: Waiting, ms: number): void {
    const { clock } = this.#deps
    message.out = false
    message.visibleAt = clock.now + ms
    if (!this.#waiting.includes(message)) this.#waiting.push(message)
    clock.after(ms, () => {
      if (!message.out && this.#waiting.includes(message) && message.visibleAt <= clock.now) void this.#deliver(message)
    })
  }

  /** One message is due; a batch takes some of the others along. */
  async #deliver(first: Waiting): Promise<void> {
    const { name, maxBatchSize, consume } = this.#options
    const { clock, choices, journal } = this.#deps
    const others = this.#waiting.filter((one) => one !== first && !one.out && one.visibleAt <= clock.now + 1_000)
    const most = Math.min(others.length, maxBatchSize - 1)
    const take = most === 0 ? 0 : choices.pick(`queue ${name}: batch`, most, whole(0, most))
    const from = most === 0 ? 0 : choices.pick(`queue ${name}: order`, 0, whole(0, others.length - 1))
    const batch = [first, ...[...others.slice(from), ...others.slice(0, from)].slice(0, take)]
    const outcomes = new Map<string, 'ack' | number>()
    const messages = batch.map((one) => {
      one.out = true
      const { id, body, attempts } = one
      // The first word counts.
      const say = (outcome: 'ack' | number) => void (outcomes.has(id) || outcomes.set(id, outcome))
      const retry = (options?: QueueRetryOptions) => say((options?.delaySeconds ?? 0) * 1_000)
      return { id, body, attempts, timestamp: new Date(clock.now), metadata: {}, ack: () => say('ack'), retry }
    })
    let alive = false
    let failed = false
    try {
      alive = await consume(messages)
    } catch (error) {
      failed = true
      journal.tell(`queue ${name}`, `consumer threw: ${String(error)}`)
    }
    for (const message of batch) {
      if (!this.#waiting.includes(message)) continue
      const outcome = alive ? (outcomes.get(message.id) ?? 'ack') : failed ? (outcomes.get(message.id) ?? 0) : 5_000
      if (outcome !== 'ack') this.#again(message, outcome)
      else if (choices.pick(`queue ${name}: ack lost`, 0, (r) => (r < 0.02 ? 1 : 0)) === 1) {
        journal.fault('message doubled', `queue ${name}`, message.id)
        this.#again(message, 3_000)
      } else this.#waiting.splice(this.#waiting.indexOf(message), 1)
    }
  }

  #again(message: Waiting, ms: number): void {
    const { name, maxRetries, dead } = this.#options
    const { journal } = this.#deps
    if (message.attempts > maxRetries) {
      this.#waiting.splice(this.#waiting.indexOf(message), 1)
      journal.fault('message given up', `queue ${name}`, message.id)
      return dead?.push(message.body)
    }
    message.attempts++
    journal.fault('message redelivered', `queue ${name}`, message.id)
    this.#wait(message, ms + this.#delay('again'))
  }
}
