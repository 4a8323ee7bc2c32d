import { acceptId, acceptTime, encodeGroup, putInbox } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { within } from '../settings/index.ts'
import { encodePointer } from './batch.ts'
import type { Removals } from './removals.ts'

/** Milliseconds: parting a group does not hold up what else was handed out with it. */
const PART_MS = 20_000

/** What route needs of a queue message. */
export type QueueMessage = Pick<Message<unknown>, 'body' | 'attempts' | 'id' | 'ack' | 'retry'>

export interface ParcelDeps {
  ctx: Context
  archive: R2Bucket
  queue: Queue<string>
  removals: Removals
}

/** One batch of a message. The first answer counts. */
export interface Item {
  text: string
  /** What it is parked under when it cannot be read. */
  id: string
  /** How often its message was handed out. */
  attempts: number
  /** It is committed, or set aside. */
  done(): Promise<void>
  /** It has to come again, in so many seconds. */
  again(delaySeconds: number): void
}

/**
 * What one message brings: a batch, or a group of them that were stored together. A message is acknowledged, and its object
 * removed, when all of it is done. Where some is and some is not, the rest goes on as a group of its own: what fails for a day
 * must not hold the others for a day, nor be parked with them.
 */
export class Parcel {
  readonly items: readonly Item[]
  readonly #message: QueueMessage
  /** Under which id it waits in the inbox; absent: its text is the message. */
  readonly #inbox: string | undefined
  readonly #deps: ParcelDeps
  readonly #done = new Set<Item>()
  readonly #again = new Map<Item, number>()

  /** `id`: that of the inbox's object, if it has one, else of the message. */
  constructor(
    message: QueueMessage,
    { id, inbox }: { id: string; inbox: boolean },
    texts: readonly string[],
    deps: ParcelDeps,
  ) {
    this.#message = message
    this.#inbox = inbox ? id : undefined
    this.#deps = deps
    this.items = texts.map((text, at) => {
      const item: Item = {
        text,
        id: texts.length === 1 ? id : `${id}-${at}`,
        attempts: message.attempts,
        done: () => this.#noteDone(item),
        again: (seconds) => this.#noteAgain(item, seconds),
      }
      return item
    })
  }

  /** Everything of it has had its turn. What nobody has answered for comes again. Never rejects. */
  async close(): Promise<void> {
    if (this.items.length === 1 || this.#done.size === this.items.length) return
    const left = this.items.filter((item) => !this.#done.has(item))
    const delaySeconds = Math.min(...left.map((item) => this.#again.get(item) ?? 0))
    if (left.length === this.items.length) return this.#message.retry({ delaySeconds })
    try {
      await within(this.#deps.ctx, this.#part(left, delaySeconds), PART_MS)
    } catch (error) {
      this.#deps.ctx.log('warn', 'a group cannot be parted; all of it comes again', { error: String(error) })
      this.#message.retry({ delaySeconds })
    }
  }

  /** As old as it was, so that it is parked in its time. */
  async #part(left: readonly Item[], delaySeconds: number): Promise<void> {
    const { ctx, archive, queue } = this.#deps
    const began = acceptTime(this.#inbox ?? '')
    const rest = acceptId(ctx, Number.isNaN(began) ? ctx.now() : began)
    await putInbox(archive, rest, encodeGroup(left.map(({ text }) => text)))
    await queue.send(encodePointer(rest), { contentType: 'text', delaySeconds }).catch((error: unknown) =>
      // The sweep finds it.
      ctx.log('warn', 'queue refused a pointer', { error: String(error) }),
    )
    await this.#finish()
  }

  async #noteDone(item: Item): Promise<void> {
    if (this.#done.has(item) || this.#again.has(item)) return
    this.#done.add(item)
    if (this.#done.size === this.items.length) await this.#finish()
  }

  #noteAgain(item: Item, delaySeconds: number): void {
    if (this.#done.has(item) || this.#again.has(item)) return
    this.#again.set(item, delaySeconds)
    if (this.items.length === 1) this.#message.retry({ delaySeconds })
  }

  /** Only now may it be forgotten. */
  async #finish(): Promise<void> {
    if (this.#inbox !== undefined) await this.#deps.removals.remove(this.#inbox)
    this.#message.ack()
  }
}
