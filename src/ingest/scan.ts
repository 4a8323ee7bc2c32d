import { LIMITS } from '../event/index.ts'
import { EVENT_NAMES, HEAD_NAMES, SLOT, SLOTS, type WantedNames } from './slots.ts'

const [QUOTE, COMMA, MINUS, DOT, ZERO, NINE, COLON] = [0x22, 0x2c, 0x2d, 0x2e, 0x30, 0x39, 0x3a]
const [OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5c, 0x5d, 0x7b, 0x7d]
const [TRUE, FALSE, NULL] = [
  [0x74, 0x72, 0x75, 0x65],
  [0x66, 0x61, 0x6c, 0x73, 0x65],
  [0x6e, 0x75, 0x6c, 0x6c],
] as const
const [E, CAPITAL_E] = [0x65, 0x45]
/** What ends a run of a string's bytes: its quote, a backslash, and what no string may hold. */
const ENDS_RUN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
)
/** Escapes that `JSON.stringify` writes as well: of quote, backslash, b, f, n, r and t. */
const ESCAPES = new Set([QUOTE, BACKSLASH, 0x62, 0x66, 0x6e, 0x72, 0x74])
/** Digits that every double keeps. */
const SURE_DIGITS = 15
/** Bounds of what is looked at here, far beyond what is usual. */
const MOST_LEVELS = 64
const MOST_NAMES = 128
/** Hashes of the names of all objects that are open. A scan never waits, so one is enough. */
const hashes = new Int32Array(MOST_LEVELS * MOST_NAMES)

/**
 * Where the events of a body stand, and the members of each that matter. `places`: for the body itself, then for each event,
 * two numbers a slot: the value's first byte and the one behind its last; -1: it has none. `rest`: runs of the members that are
 * neither ours nor to be rewritten, those of event `n` from `restFrom[n]` to `restFrom[n + 1]`, two numbers a run.
 */
export interface Scan {
  /** Events; of a body that is one event, 1. */
  length: number
  places: number[]
  rest: number[]
  restFrom: number[]
}

/** Where in `places` it stands where the value of event `n` begins, and behind it where that ends; `n` = -1: of the body itself. */
export function placeIn(n: number, slot: number): number {
  return (n + 1) * 2 * SLOTS + 2 * slot
}

/**
 * Looks through a body that is UTF-8 without reading it into objects. `undefined`: it is no JSON, or another than
 * `JSON.stringify` would write of what `JSON.parse` reads (blanks, other escapes, numbers written otherwise or beyond a double,
 * a name twice or in another order), or nests more deeply or has longer objects than is usual, or is not what `isBatch` says.
 * So each part of what was scanned may be written again as it stands.
 */
export function scanEvents(bytes: Uint8Array, isBatch: boolean): Scan | undefined {
  const scanner = new Scanner(bytes)
  return (isBatch ? scanner.batch() : scanner.single()) ? scanner.scan : undefined
}

class Scanner {
  readonly scan: Scan
  readonly #bytes: Uint8Array
  readonly #end: number
  #at = 0
  /** Of the record that is being filled. */
  #base = 0
  #names = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
    this.scan = { length: 0, places: [], rest: [], restFrom: [0] }
  }

  batch(): boolean {
    if (!this.#begins()) return false
    this.#open()
    return this.#object(1, HEAD_NAMES, false) && this.#at === this.#end && this.scan.places[2 * SLOT.batch] !== -1
  }

  single(): boolean {
    if (!this.#begins()) return false
    this.#open()
    return this.#event() && this.#at === this.#end && this.scan.places[placeIn(0, SLOT.batch)] === -1
  }

  /** What ends with a bracket has no number or word that its end cuts off. */
  #begins(): boolean {
    return this.#bytes[0] === OPEN && this.#bytes[this.#end - 1] === CLOSE
  }

  /** A new record. */
  #open(): void {
    const { places } = this.scan
    this.#base = places.length
    for (let slot = 0; slot < SLOTS; slot++) places.push(-1, -1)
  }

  #event(): boolean {
    const from = this.#at
    this.#open()
    if (this.#bytes[from] === OPEN ? !this.#object(2, EVENT_NAMES, true) : !this.#value(2)) return false
    const { places, rest, restFrom } = this.scan
    places[this.#base] = from
    places[this.#base + 1] = this.#at
    restFrom.push(rest.length)
    this.scan.length++
    return true
  }

  #events(): boolean {
    const base = this.#base
    if (this.#bytes[this.#at] !== OPEN_LIST) return false
    this.#at++
    if (this.#bytes[this.#at] === CLOSE_LIST) this.#at++
    else {
      for (;;) {
        // Each takes memory, and those beyond are dropped.
        if (this.scan.length === LIMITS.batchEvents || this.#at >= this.#end || !this.#event()) return false
        const next = this.#bytes[this.#at++]
        if (next === CLOSE_LIST) break
        if (next !== COMMA) return false
      }
    }
    this.#base = base
    return true
  }

  #value(level: number): boolean {
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return this.#string()
      case OPEN:
        return this.#object(level + 1, undefined, false)
      case OPEN_LIST:
        return this.#list(level + 1)
      case TRUE[0]:
        return this.#word(TRUE)
      case FALSE[0]:
        return this.#word(FALSE)
      case NULL[0]:
        return this.#word(NULL)
      default:
        return this.#number()
    }
  }

  #word(word: readonly number[]): boolean {
    for (const letter of word) if (this.#bytes[this.#at++] !== letter) return false
    return true
  }

  #list(level: number): boolean {
    if (level > MOST_LEVELS) return false
    this.#at++
    if (this.#bytes[this.#at] === CLOSE_LIST) {
      this.#at++
      return true
    }
    for (;;) {
      if (!this.#value(level) || this.#at >= this.#end) return false
      const next = this.#bytes[this.#at++]
      if (next === CLOSE_LIST) return true
      if (next !== COMMA) return false
    }
  }

  /** `wanted`: names whose values are noted. `isEvent`: its other members are noted as runs. */
  #object(level: number, wanted: WantedNames | undefined, isEvent: boolean): boolean {
    if (level > MOST_LEVELS) return false
    const bytes = this.#bytes
    const end = this.#end
    const first = this.#names
    let seen = 0
    this.#at++
    if (bytes[this.#at] === CLOSE) {
      this.#at++
      return true
    }
    for (;;) {
      const name = this.#at + 1
      if (bytes[this.#at] !== QUOTE || isDigit(bytes[name])) return false
      let at = name
      let hash = 0
      for (;;) {
        if (at >= end) return false
        const byte = bytes[at] as number
        if (ENDS_RUN[byte] === 1) break
        hash = Math.imul(hash ^ byte, 0x01000193)
        at++
      }
      if (bytes[at] !== QUOTE || bytes[at + 1] !== COLON) return false
      const bit = 1 << (hash & 31)
      if ((seen & bit) !== 0 && this.#isKnown(first, hash)) return false
      seen |= bit
      if (this.#names - first >= MOST_NAMES) return false
      hashes[this.#names++] = hash
      this.#at = at + 2
      const found = wanted?.find(bytes, name, at, hash)
      if (found === undefined ? !this.#value(level) : !this.#noted(level, found)) return false
      if (isEvent && (found === undefined || !found.isOurs)) this.#keep(name - 1)
      if (this.#at >= end) return false
      const next = bytes[this.#at++]
      if (next === CLOSE) break
      if (next !== COMMA) return false
    }
    this.#names = first
    return true
  }

  /** Whether an object has a name already, or another one of the same hash. */
  #isKnown(first: number, hash: number): boolean {
    for (let at = first; at < this.#names; at++) if (hashes[at] === hash) return true
    return false
  }

  #noted(level: number, { slot, inner }: { slot: number; inner: WantedNames | undefined }): boolean {
    const { places } = this.scan
    const at = this.#base + 2 * slot
    places[at] = this.#at
    const isScanned =
      slot === SLOT.batch && this.#base === 0
        ? this.#events()
        : inner !== undefined && this.#bytes[this.#at] === OPEN
          ? this.#object(level + 1, inner, false)
          : this.#value(level)
    places[at + 1] = this.#at
    return isScanned
  }

  /** A member that stays as it is, from its name on. */
  #keep(from: number): void {
    const { rest, restFrom } = this.scan
    const last = rest.length - 1
    if (rest.length > (restFrom.at(-1) ?? 0) && (rest[last] as number) + 1 === from) rest[last] = this.#at
    else rest.push(from, this.#at)
  }

  #string(): boolean {
    const bytes = this.#bytes
    const end = this.#end
    let at = this.#at + 1
    for (;;) {
      while (at < end && ENDS_RUN[bytes[at] as number] === 0) at++
      if (at >= end) return false
      const byte = bytes[at]
      if (byte === QUOTE) {
        this.#at = at + 1
        return true
      }
      if (byte !== BACKSLASH || !ESCAPES.has(bytes[at + 1] as number)) return false
      at += 2
    }
  }

  /** Of up to fifteen digits, without an exponent, as `String` prints it. */
  #number(): boolean {
    const bytes = this.#bytes
    const isNegative = bytes[this.#at] === MINUS
    const from = isNegative ? this.#at + 1 : this.#at
    let at = from
    while (isDigit(bytes[at])) at++
    const whole = at - from
    if (whole === 0 || (whole > 1 && bytes[from] === ZERO)) return false
    if (bytes[at] === DOT) {
      const fraction = at + 1
      at = fraction
      while (isDigit(bytes[at])) at++
      // Five zeros behind the point may be the beginning of what is printed with an exponent.
      if (at === fraction || bytes[at - 1] === ZERO || this.#isSmall(from, fraction)) return false
      if (at - from - 1 > SURE_DIGITS) return false
    } else if (whole > SURE_DIGITS || (isNegative && bytes[from] === ZERO)) return false
    if (bytes[at] === E || bytes[at] === CAPITAL_E) return false
    this.#at = at
    return true
  }

  #isSmall(from: number, fraction: number): boolean {
    if (this.#bytes[from] !== ZERO) return false
    for (let at = fraction; at < fraction + 5; at++) if (this.#bytes[at] !== ZERO) return false
    return true
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE
}
