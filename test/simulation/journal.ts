/** Nothing of a run may be lost by being looked at: what happened, how often, and in what order. */
export interface Figures {
  events: number
  requests: number
  commits: number
  /** Rows of logs that had left their objects. */
  sealed: number
  deliveries: number
  duplicates: number
  /** Events that receivers took from replays. */
  replayed: number
  /** Faults by kind. */
  faults: Record<string, number>
  /** Isolates and objects that died, by the await at which they did. */
  crashes: Record<string, number>
}

/**
 * What happened in a run. The lines are kept only when somebody wants to read them; a hash of all of them is kept always,
 * so that two runs can be compared.
 */
export class Journal {
  readonly figures: Figures = {
    events: 0,
    requests: 0,
    commits: 0,
    sealed: 0,
    deliveries: 0,
    duplicates: 0,
    replayed: 0,
    faults: {},
    crashes: {},
  }
  readonly lines: string[] | null
  /** The first thing that was wrong. The run ends there. */
  violation: string | null = null
  #hash = 0x811c9dc5
  readonly #now: () => number
  readonly #began: number

  constructor(now: () => number, traced: boolean) {
    this.#now = now
    this.#began = now()
    this.lines = traced ? [] : null
  }

  /** Of the run so far, eight hex digits. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  tell(who: string, what: string): void {
    const at = this.#now() - this.#began
    this.#mix(at)
    for (let index = 0; index < what.length; index++) this.#mix(what.charCodeAt(index))
    this.lines?.push(`${(at / 1_000).toFixed(3).padStart(10)}  ${who.padEnd(22)} ${what}`)
  }

  fault(kind: string, who: string, what: string): void {
    const { faults } = this.figures
    faults[kind] = (faults[kind] ?? 0) + 1
    this.tell(who, `! ${kind}: ${what}`)
  }

  /** Somebody has died at an await. Numbers are taken out, so that the same await counts as the same. */
  crash(where: string): void {
    const { crashes } = this.figures
    const point = where.replace(/ [ds]\d+/g, '')
    crashes[point] = (crashes[point] ?? 0) + 1
  }

  wrong(what: string): void {
    if (this.violation !== null) return
    this.violation = what
    this.tell('THE BOOKS', what)
  }

  #mix(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value | 0), 0x01000193)
  }
}
