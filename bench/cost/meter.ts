/** What the platform bills, one number a kind. */
export interface Counts {
  /** Writes, reads and deletes, in units of 64 KB. */
  queueOps: number
  /** Put and list. */
  r2ClassA: number
  /** Get and head. */
  r2ClassB: number
  /** Not billed. */
  r2Deletes: number
  /** Calls of Durable Objects and their alarms. */
  objectRequests: number
  /** `setAlarm` and `kv.put` are one each. */
  objectRowsWritten: number
  objectRowsRead: number
  /** Milliseconds in which an object had something under way. */
  objectBusyMs: number
  d1RowsRead: number
  d1RowsWritten: number
  /** HTTP requests and queue batches. */
  workerRequests: number
  /** Requests to receivers. Not billed, but each costs CPU. */
  fetches: number
  logLines: number
}

export type Kind = keyof Counts

export const KINDS = [
  'queueOps',
  'r2ClassA',
  'r2ClassB',
  'r2Deletes',
  'objectRequests',
  'objectRowsWritten',
  'objectRowsRead',
  'objectBusyMs',
  'd1RowsRead',
  'd1RowsWritten',
  'workerRequests',
  'fetches',
  'logLines',
] as const satisfies readonly Kind[]

/** Counts operations by kind and, within a kind, by what they were for. */
export class Meter {
  /** Hears of each operation when it begins. */
  onAdd: (what: string) => void = () => undefined
  readonly #parts = new Map<Kind, Map<string, number>>()

  add(kind: Kind, what: string, n = 1): void {
    const parts = this.#parts.get(kind) ?? new Map<string, number>()
    this.#parts.set(kind, parts)
    parts.set(what, (parts.get(what) ?? 0) + n)
    this.onAdd(what)
  }

  /** Begins anew, after what only happens once. */
  reset(): void {
    this.#parts.clear()
  }

  counts(): Counts {
    return Object.fromEntries(KINDS.map((kind) => [kind, this.#total(kind)])) as unknown as Counts
  }

  /** Largest first. */
  parts(kind: Kind): [what: string, n: number][] {
    return [...(this.#parts.get(kind) ?? [])].toSorted(([, a], [, b]) => b - a)
  }

  #total(kind: Kind): number {
    return this.parts(kind).reduce((sum, [, n]) => sum + n, 0)
  }
}
