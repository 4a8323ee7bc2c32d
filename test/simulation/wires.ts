import type { VirtualClock } from '../platform/clock.ts'
import type { Limits } from '../platform/limits.ts'
import { Usage } from '../platform/usage.ts'
import { type Actor, Invocation } from './actors.ts'
import type { Choices } from './choices.ts'
import type { Journal } from './journal.ts'

/**
 * What may become of a call to a binding. The order is part of recorded schedules: new ones go to the end.
 * `After`: it took effect all the same.
 */
const FATES = [
  'fine',
  'refused',
  'unanswered',
  'dies',
  'dies after',
  'hangs',
  'hangs after',
  'slow',
  'cancelled',
  'cancelled after',
] as const
export type Fate = (typeof FATES)[number]

/** How likely each is, of a thousand calls; a run multiplies them by its own dials. */
const PER_MILLE: Record<Fate, number> = {
  fine: 0,
  refused: 8,
  unanswered: 8,
  dies: 2,
  'dies after': 3,
  hangs: 1,
  'hangs after': 1,
  slow: 6,
  cancelled: 1,
  'cancelled after': 1,
}

/** Calls after which an invocation no longer holds what it has read. */
const LETS_GO = /\.(?:commit|settle)$|^queue events\.send/

export interface Call<T> {
  /** What is called, such as `lane d0.settle`. */
  what: string
  /** What happens there; may be rejected, and may take its time. */
  effect: () => T | Promise<T>
  /** Milliseconds there and back when all is well, and at the longest otherwise. */
  ms: number
  mostMs: number
  /** What it waits for its answer with; a Durable Object needs nothing of the kind. */
  with?: 'connections' | 'databases'
  /** Something went wrong with it; `reply` is what it answered, if it came that far. */
  onFault?: (kind: Fate, reply: T | undefined) => void
}

/** Every call from the rooms to a binding goes through here, and everything that can happen to a call happens here. */
export class Wires {
  readonly #clock: VirtualClock
  readonly #choices: Choices
  readonly #journal: Journal
  /** Shares of [0, 1) in the order of `FATES`. */
  readonly #odds: readonly number[]
  readonly limits: Limits
  readonly #usage = new WeakMap<Actor, Usage>()
  readonly #onFault: (kind: Fate, from: Actor, what: string) => void

  /** `onFault` hears of every fault, whatever the call. */
  constructor(
    { clock, choices, journal }: { clock: VirtualClock; choices: Choices; journal: Journal },
    limits: Limits,
    onFault: (kind: Fate, from: Actor, what: string) => void,
  ) {
    this.limits = limits
    this.#onFault = onFault
    this.#clock = clock
    this.#choices = choices
    this.#journal = journal
    const all = choices.dial('faults', (r) => [0, 0.5, 1, 1, 2, 4][Math.floor(r * 6)] ?? 1)
    this.#odds = FATES.map((fate) => {
      const own = choices.dial(`faults: ${fate}`, (r) => [0, 1, 1, 3][Math.floor(r * 4)] ?? 1)
      return (PER_MILLE[fate] / 1_000) * all * own
    })
  }

  call<T>(from: Actor, { what, effect, ms, mostMs, with: needed, onFault }: Call<T>): Promise<T> {
    const label = `${from.role} → ${what}`
    const usage = this.usageOf(from)
    try {
      usage.call()
    } catch (error) {
      return Promise.reject(error)
    }
    if (LETS_GO.test(what)) usage.letGo()
    const fate = FATES[this.#choices.pick(`${label}: fate`, 0, (r) => this.#draw(r))] ?? 'fine'
    // There and back each take half of it.
    const half = this.#choices.pick(`${label}: ms`, ms, (r) => Math.round(ms / 2 + r * r * (mostMs - ms / 2))) >> 1
    const go = () =>
      new Promise<T>((resolve, reject) => {
        if (from.over) return
        const fault = (reply?: T) => {
          this.#journal.fault(fate, from.name, what)
          this.#onFault(fate, from, what)
          onFault?.(fate, reply)
        }
        const back = (rest: number, go: () => void) =>
          void this.#clock.after(rest, () => {
            if (!from.over) go()
          })
        const arrive = async () => {
          if (from.over) return
          if (fate === 'dies') {
            fault()
            this.#journal.crash(label)
            return from.die(label)
          }
          if (fate === 'cancelled') {
            fault()
            return from.cancel(label)
          }
          if (fate === 'hangs') return fault()
          if (fate === 'refused') {
            fault()
            return back(half, () => reject(new Error(`${what}: refused`)))
          }
          let reply: T
          try {
            const doing = effect()
            reply = doing instanceof Promise ? await doing : doing
          } catch (error) {
            return back(half, () => reject(error instanceof Error ? error : new Error(String(error))))
          }
          if (fate === 'fine') this.#journal.tell(from.name, what)
          else fault(reply)
          if (fate === 'dies after') {
            this.#journal.crash(`${label}, after`)
            return from.die(label)
          }
          if (fate === 'cancelled after') return from.cancel(label)
          if (fate === 'hangs after') return undefined
          const slow =
            fate === 'slow' ? this.#choices.pick(`${label}: slow`, 0, (r) => Math.round(2_000 + r * 50_000)) : 0
          if (fate === 'unanswered') return back(half, () => reject(new Error(`${what}: no answer`)))
          return back(half + slow, () => resolve(reply))
        }
        const late =
          fate === 'slow'
            ? this.#choices.pick(`${label}: slow there`, 0, (r) => (r < 0.5 ? 0 : Math.round(r * 20_000)))
            : 0
        // Whoever dies before it arrives was held up all the same.
        if (late > 0) this.#onFault(fate, from, what)
        this.#clock.after(half + late, () => void arrive())
      })
    return needed ? usage[needed].use(go) : go()
  }

  /** What an invocation, or the call that an instance was given last, has used. */
  usageOf(from: Actor): Usage {
    return this.#usage.get(from) ?? this.begin(from)
  }

  /** An instance is called: the platform counts anew. */
  begin(from: Actor, usage: Usage = this.usage(from instanceof Invocation ? 'worker' : 'object', from.name)): Usage {
    this.#usage.set(from, usage)
    return usage
  }

  /** For somebody who is only just made. */
  usage(kind: 'worker' | 'object', name: string): Usage {
    // A step of a warehouse makes rows of all that it reads, which is some large objects: the longest have been seen to take 40.
    const most = name.startsWith('warehouse ') ? 4 * this.limits.objectCpuMs : this.limits.objectCpuMs
    return new Usage(kind, { ...this.limits, objectCpuMs: most }, (what) => this.#journal.wrong(`${name} ${what}`))
  }

  #draw(uniform: number): number {
    let sum = 0
    for (let fate = 1; fate < FATES.length; fate++) {
      sum += this.#odds[fate] ?? 0
      if (uniform < sum) return fate
    }
    return 0
  }
}
