import { Buffer } from 'node:buffer'
import type { VirtualClock } from './clock.ts'
import { checkMessages, PLATFORM } from './limits.ts'
import { LATENCY } from './latency.ts'
import type { Kind, Meter } from './meter.ts'

/** A queue operation is billed for each 64 KB begun, and Cloudflare's KB are of 1,000 bytes. */
const UNIT_BYTES = 64_000
/** A message carries up to this much of the queue's own. */
const METADATA_BYTES = 100
const QUEUE_OPS: Kind = 'queueOps'

export interface QueueOptions {
  name: string
  clock: VirtualClock
  meter: Meter
  maxBatchSize: number
  maxBatchTimeoutMs: number
  /** Milliseconds that `send` takes. */
  sendMs: number
  consume(messages: readonly Message<unknown>[]): Promise<void>
}

interface Waiting {
  id: string
  body: unknown
  attempts: number
  units: number
}

/** A queue with its consumer, as far as both cost something: batches, acknowledgements, retries. */
export class CountingQueue {
  readonly #options: QueueOptions
  #waiting: Waiting[] = []
  #sent = 0
  #generation = 0
  /** One batch after the other, as before Cloudflare adds consumers: whoever holds one up holds up all. */
  #last: Promise<void> = Promise.resolve()

  constructor(options: QueueOptions) {
    this.#options = options
  }

  async send(body: unknown): Promise<void> {
    const { name, clock, meter, sendMs } = this.#options
    checkMessages([body], PLATFORM)
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const units = Math.ceil((Buffer.byteLength(text) + METADATA_BYTES) / UNIT_BYTES)
    meter.add(QUEUE_OPS, `${name} write`, units)
    if (sendMs > 0) await clock.sleep(sendMs)
    this.#arrive({ id: String(++this.#sent), body: structuredClone(body), attempts: 1, units })
  }

  #arrive(message: Waiting): void {
    const { clock, maxBatchSize, maxBatchTimeoutMs } = this.#options
    this.#waiting.push(message)
    if (this.#waiting.length >= maxBatchSize) return this.#dispatch()
    const generation = this.#generation
    if (this.#waiting.length > 1) return
    clock.after(maxBatchTimeoutMs, () => {
      if (this.#generation === generation && this.#waiting.length > 0) this.#dispatch()
    })
  }

  #dispatch(): void {
    const batch = this.#waiting
    this.#waiting = []
    this.#generation++
    this.#options.clock.after(LATENCY.queueDelivery, () => {
      this.#last = this.#last.then(() => this.#consume(batch))
    })
  }

  async #consume(batch: readonly Waiting[]): Promise<void> {
    const { name, meter, clock, consume } = this.#options
    meter.add('workerRequests', `${name} batch`)
    const outcomes = new Map<string, 'ack' | number>()
    const messages = batch.map(({ id, body, attempts, units }) => {
      meter.add(QUEUE_OPS, `${name} read`, units)
      // The first word counts.
      const say = (outcome: 'ack' | number) => void (outcomes.has(id) || outcomes.set(id, outcome))
      const retry = (options?: QueueRetryOptions) => say((options?.delaySeconds ?? 0) * 1_000)
      return { id, body, attempts, timestamp: new Date(clock.now), metadata: {}, ack: () => say('ack'), retry }
    })
    const failed = await consume(messages as unknown as Message<unknown>[]).then(
      () => false,
      () => true,
    )
    for (const message of batch) {
      const outcome = outcomes.get(message.id) ?? (failed ? 0 : 'ack')
      if (outcome === 'ack') meter.add(QUEUE_OPS, `${name} delete`, message.units)
      else clock.after(outcome, () => this.#arrive({ ...message, attempts: message.attempts + 1 }))
    }
  }
}
