import { Buffer } from 'node:buffer'
import { bodyOf } from '../cost/events.ts'
import { requestOf } from './load.ts'

/** Stands in a request where the number of an event is to stand, which makes its id. */
const NUMBER = '0000000000'

/**
 * Requests of `events` events each whose ids nobody has seen: what a connection asks for is one buffer in which the numbers
 * change, because making a megabyte anew costs more than what is measured.
 */
export class FreshRequests {
  #next = 0
  readonly #whole: Buffer
  readonly #places: readonly number[]

  constructor(path: string, writeKey: string, events: number) {
    const body = bodyOf(0, events, new Date().toISOString()).replace(/"messageId":"[^"]*"/g, (id) => {
      return `"messageId":"${NUMBER}${'-'.repeat(Math.max(0, id.length - 25))}"`
    })
    this.#whole = requestOf(path, writeKey, body)
    this.#places = placesOf(this.#whole)
  }

  /** For one connection. */
  ofConnection(): () => Buffer {
    const own = Buffer.from(this.#whole)
    return () => {
      for (const place of this.#places) own.write(String(this.#next++).padStart(NUMBER.length, '0'), place, 'latin1')
      return own
    }
  }
}

function placesOf(request: Buffer): number[] {
  const mark = Buffer.from(`"messageId":"`)
  const places: number[] = []
  for (let at = request.indexOf(mark); at >= 0; at = request.indexOf(mark, at + mark.length)) {
    places.push(at + mark.length)
  }
  return places
}
