import type { VirtualClock } from './clock.ts'
import type { Carry } from './call.ts'
import { copyOf } from './copy.ts'
import { bodyBytes, checkMessages, type Limits } from './limits.ts'

/** A message in a queue, or out with a consumer. */
export interface Waiting {
  id: string
  body: unknown
  attempts: number
}

/** What becomes of a message after its batch: it is done, or comes again after so many milliseconds. */
export type Verdict = 'ack' | number

export interface QueueCall {
  bodies: readonly unknown[]
  /** Of all of them. */
  bytes: number
}

/** What a queue promises whatever its deliveries look like: limits of what is sent, and the verdicts on a batch. */
export abstract class MessageQueue<W extends Waiting = Waiting> {
  protected readonly name: string
  protected readonly clock: VirtualClock
  readonly #limits: Limits
  #sent = 0

  constructor({ name, clock, limits }: { name: string; clock: VirtualClock; limits: Limits }) {
    this.name = name
    this.clock = clock
    this.#limits = limits
  }

  binding(carry: Carry<QueueCall>): Queue<never> {
    const send = (bodies: readonly unknown[]) => {
      const sent = copyOf(bodies)
      const bytes = sent.reduce<number>((sum, body) => sum + bodyBytes(body), 0)
      return carry({ bodies: sent, bytes }, () => {
        checkMessages(sent, this.#limits)
        for (const body of sent) this.push(body)
      })
    }
    const queue = {
      send: (body: unknown) => send([body]),
      sendBatch: (messages: Iterable<{ body: unknown }>) => send([...messages].map(({ body }) => body)),
    }
    return queue as unknown as Queue<never>
  }

  push(body: unknown): void {
    this.arrive({ id: `${this.name}-${++this.#sent}`, body, attempts: 1 })
  }

  /** A message is new: it waits until `handOut` gives it to somebody, when and with which others is for the queue to say. */
  protected abstract arrive(message: Waiting): void

  /**
   * Gives a batch to its consumer. What that said of a message counts, its first word if it says two; where it said
   * nothing a message is done when it has come to its end, and comes again when it has thrown or died.
   */
  protected async handOut(
    batch: readonly W[],
    consume: (messages: readonly Message<unknown>[]) => Promise<Ending>,
  ): Promise<{ message: W; verdict: Verdict }[]> {
    const said = new Map<string, Verdict>()
    const messages = batch.map(({ id, body, attempts }) => {
      const say = (verdict: Verdict) => void (said.has(id) || said.set(id, verdict))
      const retry = (options?: QueueRetryOptions) => say((options?.delaySeconds ?? 0) * 1_000)
      return { id, body, attempts, timestamp: new Date(this.clock.now), metadata: {}, ack: () => say('ack'), retry }
    })
    const ending = await consume(messages)
    return batch.map((message) => {
      // Of somebody who has died nothing was heard.
      const heard = ending === 'gone' ? undefined : said.get(message.id)
      return { message, verdict: heard ?? SILENCE[ending] }
    })
  }
}

/** How a consumer came to its end. `gone`: it died, or was given up. */
export type Ending = 'returned' | 'threw' | 'gone'

const SILENCE: Record<Ending, Verdict> = { returned: 'ack', threw: 0, gone: 5_000 }
