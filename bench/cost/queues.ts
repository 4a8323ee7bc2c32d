import type { VirtualClock } from '../../test/platform/clock.ts'
import { bodyBytes, PLATFORM } from '../../test/platform/limits.ts'
import { MessageQueue, type Waiting } from '../../test/platform/queue.ts'
import { LATENCY } from './latency.ts'
import type { Kind, Meter } from './meter.ts'
import type { Invocations } from './usage.ts'

/** A queue operation is billed for each 64 KB begun, and Cloudflare's KB are of 1,000 bytes. */
const UNIT_BYTES = 64_000
/** A message carries up to this much of the queue's own. */
const METADATA_BYTES = 100
const QUEUE_OPS: Kind = 'queueOps'

export interface QueueOptions {
  name: string
  clock: VirtualClock
  meter: Meter
  invocations: Invocations
  maxBatchSize: number
  maxBatchTimeoutMs: number
  /** Milliseconds that `send` takes. */
  sendMs: number
  /** Batches that are consumed side by side; whoever holds one up holds up those that come then. */
  consumers: number
  consume(messages: readonly Message<unknown>[]): Promise<void>
}

/** A queue that counts operations, and gathers batches as Cloudflare does: full, or when the first has waited long enough. */
export class CountingQueue extends MessageQueue {
  readonly #options: QueueOptions
  #waiting: Waiting[] = []
  #generation = 0
  readonly #dispatched: (readonly Waiting[])[] = []
  #consuming = 0

  constructor(options: QueueOptions) {
    super({ ...options, limits: PLATFORM })
    this.#options = options
  }

  sender(): Queue<never> {
    const { meter, sendMs, invocations } = this.#options
    return this.binding(
      invocations.within('connections', async ({ bodies, bytes }, effect) => {
        for (const body of bodies) meter.add(QUEUE_OPS, `${this.name} write`, unitsOf(body))
        invocations.usage?.spend({ bytes })
        if (sendMs > 0) await this.clock.sleep(sendMs)
        return effect()
      }),
    )
  }

  protected override arrive(message: Waiting): void {
    const { maxBatchSize, maxBatchTimeoutMs } = this.#options
    this.#waiting.push(message)
    if (this.#waiting.length >= maxBatchSize) return this.#dispatch()
    const generation = this.#generation
    if (this.#waiting.length > 1) return
    this.clock.after(maxBatchTimeoutMs, () => {
      if (this.#generation === generation && this.#waiting.length > 0) this.#dispatch()
    })
  }

  #dispatch(): void {
    const batch = this.#waiting
    this.#waiting = []
    this.#generation++
    this.clock.after(LATENCY.queueDelivery, () => {
      this.#dispatched.push(batch)
      if (this.#consuming < this.#options.consumers) void this.#consumeAll()
    })
  }

  async #consumeAll(): Promise<void> {
    this.#consuming++
    for (let batch = this.#dispatched.shift(); batch; batch = this.#dispatched.shift()) await this.#consume(batch)
    this.#consuming--
  }

  async #consume(batch: readonly Waiting[]): Promise<void> {
    const { meter, consume, invocations } = this.#options
    meter.add('workerRequests', `${this.name} batch`)
    for (const { body } of batch) meter.add(QUEUE_OPS, `${this.name} read`, unitsOf(body))
    const verdicts = await this.handOut(batch, (messages) =>
      invocations.as('worker', this.name, (usage) => {
        usage.keep(batch.reduce((sum, { body }) => sum + bodyBytes(body), 0))
        return consume(messages).then(
          () => 'returned',
          () => 'threw',
        )
      }),
    )
    for (const { message, verdict } of verdicts) {
      if (verdict === 'ack') meter.add(QUEUE_OPS, `${this.name} delete`, unitsOf(message.body))
      else this.clock.after(verdict, () => this.arrive({ ...message, attempts: message.attempts + 1 }))
    }
  }
}

/** A retry or an acknowledgement is billed by the size of its message, as sending it was. */
function unitsOf(body: unknown): number {
  return Math.ceil((bodyBytes(body) + METADATA_BYTES) / UNIT_BYTES)
}
