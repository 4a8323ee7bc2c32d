import type { WakeUp } from '../env.ts'
import type { Granting } from './granting.ts'
import type { LaneAlarm } from './lane-alarm.ts'
import type { LaneMemory } from './memory.ts'

/** How long a wake-up may take to bring a worker before another is sent. */
const WAKE_UP_MS = 10_000
/** One that could not be sent is sent again after this. */
const AGAIN_MS = 2_000

/** Calls workers. */
export class WakeUps {
  readonly #memory: LaneMemory
  readonly #granting: Granting
  readonly #alarm: LaneAlarm
  readonly #send: (replay?: WakeUp['replay']) => Promise<void>
  /** Times until which a worker is expected to answer a wake-up. */
  #expected: number[] = []

  constructor(
    memory: LaneMemory,
    { granting, alarm }: { granting: Granting; alarm: LaneAlarm },
    send: (replay?: WakeUp['replay']) => Promise<void>,
  ) {
    this.#memory = memory
    this.#granting = granting
    this.#alarm = alarm
    this.#send = send
  }

  /** A worker has come. */
  answered(): void {
    this.#expected.shift()
  }

  /** Asks for so many workers; one that a grant is kept for is not expected beside it. */
  call(workers: number, isKept: boolean): void {
    const { state, id, ctx } = this.#memory
    for (let n = 0; n < workers; n++) {
      if (n > 0 || !isKept) this.#expected.push(ctx.now() + WAKE_UP_MS)
      this.#send(state.config?.replay).catch((error: unknown) => {
        ctx.log('warn', 'wake-up not sent', { lane: id, error: String(error) })
        this.#memory.reserved.giveBack()
        this.#alarm.arm(ctx.now() + AGAIN_MS)
      })
    }
  }

  /** Asks for more workers, when there is something for them to do and they are not already on their way. */
  wake(): void {
    this.call(this.wanted(false), false)
  }

  /** A worker has something to do: where many are needed, the others come as well. */
  hurry(): void {
    this.call(this.wanted(true), false)
  }

  /** How many workers more there is something for, beside those that are out and on their way; `hurry`: only where many are needed. */
  wanted(hurry: boolean): number {
    const now = this.#memory.ctx.now()
    this.#expected = this.#expected.filter((until) => until > now)
    return this.#granting.wanted(this.#expected.length, hurry)
  }
}
