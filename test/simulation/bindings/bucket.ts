import type { VirtualClock } from '../../../bench/cost/clock.ts'
import { checkKey, checkMetadata } from '../../../bench/cost/limits.ts'
import type { Actor } from '../actors.ts'
import type { Wires } from '../wires.ts'

/** R2 in memory, strongly consistent as the real one, with the methods that the rooms use. */
export class SimulatedBucket {
  readonly objects = new Map<string, Uint8Array<ArrayBuffer>>()
  readonly #clock: VirtualClock
  readonly #wires: Wires
  /** Keys on one page of a list. */
  readonly #page: number
  readonly #onPut: (from: Actor, key: string) => void

  constructor(clock: VirtualClock, wires: Wires, page: number, onPut: (from: Actor, key: string) => void) {
    this.#onPut = onPut
    this.#clock = clock
    this.#wires = wires
    this.#page = page
  }

  keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).toSorted()
  }

  binding(who: () => Actor): R2Bucket {
    const call = <T>(what: string, ms: number, effect: () => T) =>
      this.#wires.call(who(), { what: `R2 ${what}`, effect, ms, mostMs: ms * 4 })
    const bucket = {
      put: (key: string, value: string | Uint8Array, options?: R2PutOptions) => {
        const { limits } = this.#wires
        const from = who()
        const bytes = new Uint8Array(typeof value === 'string' ? new TextEncoder().encode(value) : value)
        return call(`put ${folderOf(key)}`, 40, () => {
          checkKey(key, limits)
          checkMetadata(options?.customMetadata, limits)
          this.objects.set(key, bytes)
          this.#onPut(from, key)
          return {}
        })
      },
      get: (key: string, options?: { range?: { offset: number; length: number } }) => {
        const from = who()
        return call(`get ${folderOf(key)}`, 20, () => {
          checkKey(key, this.#wires.limits)
          const whole = this.objects.get(key)
          if (!whole) return null
          const { offset, length } = options?.range ?? { offset: 0, length: whole.length }
          const bytes = whole.slice(offset, offset + length)
          this.#wires.holds(from, bytes.length)
          return {
            size: bytes.length,
            body: { cancel: () => Promise.resolve() },
            arrayBuffer: () => Promise.resolve(bytes.buffer),
            text: () => Promise.resolve(new TextDecoder().decode(bytes)),
          }
        })
      },
      head: (key: string) => call(`head ${folderOf(key)}`, 20, () => (this.objects.has(key) ? {} : null)),
      delete: (keys: string | string[]) => {
        const all = Array.isArray(keys) ? keys : [keys]
        return call(`delete ${folderOf(all[0] ?? '')}`, 20, () => {
          for (const key of all) this.objects.delete(key)
        })
      },
      list: ({ prefix = '', startAfter = '', cursor, limit = 1_000 }: R2ListOptions = {}) =>
        call(`list ${folderOf(prefix)}`, 30, () => {
          const after = cursor ?? startAfter
          const left = this.keys(prefix).filter((key) => key > after)
          const page = left.slice(0, Math.min(this.#page, limit))
          const truncated = left.length > page.length
          return {
            objects: page.map((key) => ({ key, uploaded: new Date(this.#clock.now) })),
            truncated,
            ...(truncated && { cursor: page.at(-1) ?? '' }),
            delimitedPrefixes: [],
          }
        }),
    }
    return bucket as unknown as R2Bucket
  }
}

function folderOf(key: string): string {
  return key.slice(0, key.indexOf('/') + 1)
}
