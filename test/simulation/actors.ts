import { AsyncLocalStorage } from 'node:async_hooks'

/** Whoever waits for something: an invocation of a Worker, or an instance of a Durable Object. */
export interface Actor {
  /** What it is, in labels of choices: the same in every run. */
  readonly role: string
  /** Which it is, in the trace. */
  readonly name: string
  /** Nothing that it waits for comes any more: it has died, was cancelled or has ended. */
  readonly over: boolean
  /** By how many milliseconds its clock is ahead. */
  readonly skew: number
  /** Its isolate or instance dies, with everything in its memory. */
  die(why: string): void
  /** It alone is given up; what its isolate remembers stays. */
  cancel(why: string): void
}

/** Whose turn it is: everything that a piece of the platform does is done by some invocation. */
export const turnOf = new AsyncLocalStorage<Invocation>()

/** The memory that invocations share: one `platform()` each. */
export class Isolate<P> {
  readonly number: number
  readonly skew: number
  readonly platform: P
  readonly invocations = new Set<Invocation>()
  dead = false

  constructor(number: number, skew: number, open: () => P) {
    this.number = number
    this.skew = skew
    this.platform = open()
  }

  die(why: string): void {
    this.dead = true
    for (const invocation of this.invocations) invocation.cancel(why)
  }
}

type Ending = 'done' | 'gone'

/** One call of a Worker's handler, with what it left for `waitUntil`. */
export class Invocation implements Actor {
  readonly role: string
  readonly name: string
  readonly #isolate: Isolate<unknown>
  readonly #onEnd: (invocation: Invocation, how: Ending) => void
  #over = false
  #resolve!: (how: Ending) => void
  /** Resolves when it is over, one way or the other. */
  readonly ended = new Promise<Ending>((resolve) => (this.#resolve = resolve))

  constructor(
    role: string,
    name: string,
    isolate: Isolate<unknown>,
    onEnd: (invocation: Invocation, how: Ending) => void,
  ) {
    this.role = role
    this.name = name
    this.#isolate = isolate
    this.#onEnd = onEnd
    isolate.invocations.add(this)
  }

  get over(): boolean {
    return this.#over
  }

  get skew(): number {
    return this.#isolate.skew
  }

  die(why: string): void {
    this.#isolate.die(why)
  }

  cancel(_why: string): void {
    this.#end('gone')
  }

  finish(): void {
    this.#end('done')
  }

  #end(how: Ending): void {
    if (this.#over) return
    this.#over = true
    this.#isolate.invocations.delete(this)
    this.#onEnd(this, how)
    this.#resolve(how)
  }
}
