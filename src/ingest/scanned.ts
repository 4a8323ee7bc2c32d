import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import type { JsonObject } from '../event/index.ts'
import { placeIn, type Scan, scanEvents } from './scan.ts'
import { HEAD_SLOTS, SLOT } from './slots.ts'

/** The body itself, in place of the number of an event. */
const HEAD = -1
// oxlint-disable-next-line no-control-regex -- it is about them.
const NOT_ASCII = /[^\x00-\x7f]/

/**
 * The events of a body by where they stand in it. A character of `text` is a byte of the body, so that pieces of it are cut
 * and counted without being decoded.
 */
export class ScannedEvents {
  readonly length: number
  readonly text: string
  readonly isAscii: boolean
  readonly #scan: Scan
  readonly #isBatch: boolean

  constructor(scan: Scan, isBatch: boolean, bytes: Uint8Array, ascii: boolean) {
    this.#scan = scan
    this.#isBatch = isBatch
    this.length = scan.length
    this.isAscii = ascii
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  }

  /** What is said beside the events: the write key and, of a batch, its context, integrations and time. */
  head(): JsonObject {
    const head: JsonObject = {}
    for (const [name, slot] of this.#isBatch ? HEAD_SLOTS : [['writeKey', SLOT.writeKey] as const]) {
      const text = this.valueOf(this.#isBatch ? HEAD : 0, slot)
      if (text !== undefined) head[name] = JSON.parse(this.decoded(text))
    }
    return head
  }

  /** The event `n` as it was sent. */
  raw(n: number): unknown {
    return JSON.parse(this.decoded(this.valueOf(n, SLOT.whole) ?? 'null'))
  }

  /** A piece of `text`: the value that event `n` has in a slot; `undefined`: none. */
  valueOf(n: number, slot: number): string | undefined {
    const { places } = this.#scan
    const at = placeIn(n, slot)
    const from = places[at] as number
    return from < 0 ? undefined : this.text.slice(from, places[at + 1])
  }

  has(n: number, slot: number): boolean {
    return (this.#scan.places[placeIn(n, slot)] as number) >= 0
  }

  /** The first byte of a value; `undefined`: there is none. */
  firstOf(n: number, slot: number): number | undefined {
    const from = this.#scan.places[placeIn(n, slot)] as number
    return from < 0 ? undefined : this.text.charCodeAt(from)
  }

  /** Bytes of a value. */
  sizeOf(n: number, slot: number): number {
    const at = placeIn(n, slot)
    return (this.#scan.places[at + 1] as number) - (this.#scan.places[at] as number)
  }

  /** What stays of an event as it is, with a comma behind it. */
  restOf(n: number): string {
    const { rest, restFrom } = this.#scan
    let text = ''
    for (let at = restFrom[n] as number; at < (restFrom[n + 1] as number); at += 2) {
      text += `${this.text.slice(rest[at], rest[at + 1])},`
    }
    return text
  }

  /** What a piece of `text` says. */
  decoded(piece: string): string {
    return this.isAscii || !NOT_ASCII.test(piece) ? piece : Buffer.from(piece, 'latin1').toString()
  }
}

/** `undefined`: the body has to be read as it is usual, see `scanEvents`. */
export function scannedEvents(bytes: Uint8Array, isBatch: boolean): ScannedEvents | undefined {
  const ascii = isAscii(bytes)
  // Bytes that are none of UTF-8 become one and the same character, so that two names may become one.
  if (!ascii && !isUtf8(bytes)) return undefined
  const scan = scanEvents(bytes, isBatch)
  return scan && new ScannedEvents(scan, isBatch, bytes, ascii)
}
