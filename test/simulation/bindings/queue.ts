import type { VirtualClock } from '../../platform/clock.ts'
import { MessageQueue, type Waiting } from '../../platform/queue.ts'
import type { Actor } from '../actors.ts'
import { type Choices, whole } from '../choices.ts'
import type { Journal } from '../journal.ts'
import type { Wires } from '../wires.ts'

interface Held extends Waiting {
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
export class SimulatedQueue extends MessageQueue<Held> {
  readonly #options: QueueOptions
  readonly #deps: Deps
  #waiting: Held[] = []

  constructor(options: QueueOptions, deps: Deps) {
    super({ name: options.name, clock: deps.clock, limits: deps.wires.limits })
    this.#options = options
    this.#deps = deps
  }

  get length(): number {
    return this.#waiting.length
  }

  /** How often the one of those that wait was handed out that was most often. */
  get mostAttempts(): number {
    return Math.max(0, ...this.#waiting.map(({ attempts }) => attempts))
  }

  /** As when a local process is killed, whose queues live in its memory. */
  clear(): void {
    this.#waiting = []
  }

  bindingOf(who: () => Actor): Queue<never> {
    const what = `queue ${this.name}.send`
    return this.binding(({ bytes }, effect) => {
      const from = who()
      const { wires } = this.#deps
      wires.usageOf(from).spend({ bytes })
      return wires.call(from, { what, effect, ms: 10, mostMs: 60, with: 'connections' })
    })
  }

  override push(body: unknown): void {
    const { choices, journal } = this.#deps
    if (this.#options.mayLose(body) && choices.pick(`queue ${this.name}: lost`, 0, (r) => (r < 0.02 ? 1 : 0)) === 1) {
      return journal.fault('message lost', `queue ${this.name}`, 'a hint')
    }
    super.push(body)
  }

  protected override arrive(message: Waiting): void {
    this.#wait({ ...message, out: false, visibleAt: 0 }, this.#delay('delay'))
  }

  #delay(what: string): number {
    // Mostly within a second, now and then minutes late.
    const draw = (r: number) => (r < 0.03 ? Math.round(1_000 + (r / 0.03) * 180_000) : Math.round(20 + r * 1_000))
    return this.#deps.choices.pick(`queue ${this.name}: ${what}`, 500, draw)
  }

  #wait(message: Held, ms: number): void {
    const { clock } = this.#deps
    message.out = false
    message.visibleAt = clock.now + ms
    if (!this.#waiting.includes(message)) this.#waiting.push(message)
    clock.after(ms, () => {
      if (!message.out && this.#waiting.includes(message) && message.visibleAt <= clock.now) void this.#deliver(message)
    })
  }

  /** One message is due; a batch takes some of the others along. */
  async #deliver(first: Held): Promise<void> {
    const { maxBatchSize, consume } = this.#options
    const { clock, choices, journal } = this.#deps
    const others = this.#waiting.filter((one) => one !== first && !one.out && one.visibleAt <= clock.now + 1_000)
    const most = Math.min(others.length, maxBatchSize - 1)
    const take = most === 0 ? 0 : choices.pick(`queue ${this.name}: batch`, most, whole(0, most))
    const from = most === 0 ? 0 : choices.pick(`queue ${this.name}: order`, 0, whole(0, others.length - 1))
    const batch = [first, ...[...others.slice(from), ...others.slice(0, from)].slice(0, take)]
    for (const one of batch) one.out = true
    const verdicts = await this.handOut(batch, async (messages) => {
      try {
        return (await consume(messages)) ? 'returned' : 'gone'
      } catch (error) {
        journal.tell(`queue ${this.name}`, `consumer threw: ${String(error)}`)
        return 'threw'
      }
    })
    for (const { message, verdict } of verdicts) {
      if (!this.#waiting.includes(message)) continue
      if (verdict !== 'ack') this.#again(message, verdict)
      else if (choices.pick(`queue ${this.name}: ack lost`, 0, (r) => (r < 0.02 ? 1 : 0)) === 1) {
        journal.fault('message doubled', `queue ${this.name}`, message.id)
        this.#again(message, 3_000)
      } else this.#waiting.splice(this.#waiting.indexOf(message), 1)
    }
  }

  #again(message: Held, ms: number): void {
    const { maxRetries, dead } = this.#options
    const { journal } = this.#deps
    if (message.attempts > maxRetries) {
      this.#waiting.splice(this.#waiting.indexOf(message), 1)
      journal.fault('message given up', `queue ${this.name}`, message.id)
      return dead?.push(message.body)
    }
    message.attempts++
    journal.fault('message redelivered', `queue ${this.name}`, message.id)
    this.#wait(message, ms + this.#delay('again'))
  }
}
