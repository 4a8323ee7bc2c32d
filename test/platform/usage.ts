import type { VirtualClock } from './clock.ts'
import { type Limits, MEMORY, WORK_MS } from './limits.ts'

export interface Work {
  calls?: number
  bytes?: number
  rows?: number
}

/**
 * What one invocation of a Worker, or one call of a Durable Object, has used of what the platform gives it. The bindings
 * say what they see of it; what happens between two calls is not seen, so work and memory are estimates (`limits.ts`).
 * Where the platform would end it, `onOver` is told, once: whoever did not bound what it does would come to the same end
 * each time.
 */
export class Usage {
  /** Requests, R2 and queues together; and D1. */
  readonly connections: Connections
  readonly databases: Connections
  readonly #limits: Limits
  readonly #mostMs: number
  readonly #onOver: (what: string) => void
  #calls = 0
  #subrequests = 0
  #kept = 0
  #parsed = 0
  #cpuMs = 0
  #isOver = false

  constructor(kind: 'worker' | 'object', limits: Limits, onOver: (what: string) => void) {
    this.#limits = limits
    this.#mostMs = kind === 'worker' ? limits.cpuMs : limits.objectCpuMs
    this.#onOver = onOver
    this.connections = new Connections(limits.connections)
    this.databases = new Connections(limits.connections)
  }

  /** Milliseconds so far. */
  get cpuMs(): number {
    return this.#cpuMs
  }

  /** One more call of a binding, or request to somebody outside. Throws as the platform does when it is one too many. */
  call(what: 'binding' | 'request' = 'binding'): void {
    this.spend({ calls: 1 })
    if (what === 'binding') this.#calls++
    if (++this.#subrequests > this.#limits.subrequests || this.#calls > this.#limits.calls)
      throw new Error('Too many API requests by single Worker invocation.')
  }

  spend({ calls = 0, bytes = 0, rows = 0 }: Work): void {
    this.#cpuMs += calls * WORK_MS.call + bytes * WORK_MS.byte + rows * WORK_MS.row
    if (this.#cpuMs > this.#mostMs) this.#over(`works ${Math.round(this.#cpuMs)} ms, more than its time`)
  }

  /** Text that stays as it came for as long as the invocation lasts. */
  keep(bytes: number): void {
    this.spend({ bytes })
    this.#kept += bytes * MEMORY.kept
    this.#checkMemory()
  }

  /** Text that is read and made into something, until `letGo`. */
  read(bytes: number, rows = 0): void {
    this.spend({ bytes, rows })
    this.#parsed += bytes * MEMORY.parsed
    this.#checkMemory()
  }

  /** What was read has gone where it belongs: nothing of it is needed any more. */
  letGo(): void {
    this.#parsed = 0
  }

  #checkMemory(): void {
    const bytes = this.#kept + this.#parsed
    if (bytes > this.#limits.memoryBytes) this.#over(`holds ${bytes} bytes, more than memory`)
  }

  #over(what: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onOver(what)
  }
}

/** So many may wait for an answer at a time; whoever comes then waits until one of them has it. */
export class Connections {
  readonly #most: number
  readonly #waiting: (() => void)[] = []
  #open = 0

  constructor(most: number) {
    this.#most = most
  }

  use<T>(run: () => Promise<T>): Promise<T> {
    if (this.#open < this.#most) return this.#run(run)
    return new Promise((resolve) => this.#waiting.push(() => resolve(this.#run(run))))
  }

  /** A request whose time runs from when it is asked for: while it waits it may run out, and then it is never sent. */
  useInTime<T>(clock: VirtualClock, timeoutMs: number, run: (leftMs: number) => Promise<T>): Promise<T> {
    if (this.#open < this.#most) return this.#run(() => run(timeoutMs))
    const end = clock.now + timeoutMs
    return new Promise((resolve, reject) => {
      const go = () => {
        stop()
        resolve(this.#run(() => run(end - clock.now)))
      }
      const stop = clock.after(timeoutMs, () => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1)
        reject(new DOMException('no connection became free in time', 'TimeoutError'))
      })
      this.#waiting.push(go)
    })
  }

  /** One that is never answered keeps its connection. */
  async #run<T>(run: () => Promise<T>): Promise<T> {
    this.#open++
    try {
      return await run()
    } finally {
      this.#open--
      this.#waiting.shift()?.()
    }
  }
}
