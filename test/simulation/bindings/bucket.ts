import { Bucket, folderOf, sizeOf } from '../../platform/bucket.ts'
import type { VirtualClock } from '../../platform/clock.ts'
import type { Actor } from '../actors.ts'
import type { Wires } from '../wires.ts'

const MS = { put: 40, get: 20, head: 20, delete: 20, list: 30 } as const

/** R2 at the end of wires. */
export class SimulatedBucket extends Bucket {
  readonly #wires: Wires
  readonly #onPut: (from: Actor, key: string) => void

  /** `page`: keys on one page of a list. */
  constructor(clock: VirtualClock, wires: Wires, page: number, onPut: (from: Actor, key: string) => void) {
    super({ limits: wires.limits, now: () => clock.now, page })
    this.#wires = wires
    this.#onPut = onPut
  }

  bindingOf(who: () => Actor): R2Bucket {
    return this.binding(({ method, key, bytes }, effect) => {
      const from = who()
      const usage = this.#wires.usageOf(from)
      usage.spend({ bytes })
      const done = async () => {
        const reply = await effect()
        if (method === 'put') this.#onPut(from, key)
        if (method === 'get') usage.read(sizeOf(reply))
        return reply
      }
      const ms = MS[method]
      const what = `R2 ${method} ${folderOf(key)}`
      return this.#wires.call(from, { what, effect: done, ms, mostMs: ms * 4, with: 'connections' })
    })
  }
}
