import { setTimeout as sleep } from 'node:timers/promises'
import { grid } from '../cost/table.ts'
import type { RunningPlatform } from './platform.ts'

const LOOK_MS = 250

/** Bytes. */
export interface Memory {
  /** The Worker's process, simulators included. */
  process: number
  /** Of that, what the isolates' heaps and buffers take. */
  worker: number
  simulators: number
  /** The process that wrangler puts before it. */
  front: number
}

/** What the platform's processes hold over time. The simulators have as little left as they can whenever it is noted. */
export class MemoryWatch {
  readonly #platform: RunningPlatform
  readonly #noted: [string, Memory][] = []
  readonly #most: Memory = { process: 0, worker: 0, simulators: 0, front: 0 }
  #ended = false

  constructor(platform: RunningPlatform) {
    this.#platform = platform
    void this.#watch()
  }

  /**
   * Notes a line of the table. V8 sees no reason to collect in a simulator's isolate, which is small, while what it holds
   * outside of the heap for every request grows; so they are made to. The Worker's isolate is left to itself unless `all`.
   */
  async note(name: string, all: boolean): Promise<Memory> {
    await this.#platform.heaps.collect(all)
    const memory = await this.#look()
    this.#noted.push([name, memory])
    return memory
  }

  end(): void {
    this.#ended = true
    this.#platform.heaps.close()
  }

  get most(): Readonly<Memory> {
    return this.#most
  }

  table(): string {
    const rows = [...this.#noted, ['at most', this.#most] as const]
    return grid([
      ['', "Worker's process", "its Worker's isolate", 'simulators’ isolates', 'process before it'],
      ...rows.map(([name, { process, worker, simulators, front }]) => [
        name,
        ...[process, worker, simulators, front].map(mb),
      ]),
    ])
  }

  async #watch(): Promise<void> {
    while (!this.#ended) {
      await this.#look()
      await sleep(LOOK_MS)
    }
  }

  async #look(): Promise<Memory> {
    const before = this.#platform.resident()
    const heaps = await this.#platform.heaps.read()
    const after = this.#platform.resident()
    const memory = {
      process: Math.max(before.worker, after.worker),
      front: Math.max(before.front, after.front),
      ...heaps,
    }
    // Where one does not answer, the others' figures stand.
    for (const [name, bytes] of Object.entries(memory) as [keyof Memory, number][]) {
      if (bytes > this.#most[name]) this.#most[name] = bytes
    }
    return { process: after.worker, front: after.front, ...heaps }
  }
}

export function mb(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0)
}
