import { Buffer } from 'node:buffer'

/**
 * Some of a batch's events, by their index: all in [from, to), or those of them whose bit is set. Lanes hold millions
 * in memory, so it stays packed and is spread into indexes only for the moment of a change.
 */
export interface EventSet {
  from: number
  to: number
  bits?: Uint8Array
}

/** Ascending, without repeats. */
export function setOf(indexes: readonly number[]): EventSet {
  const from = indexes[0] ?? 0
  const to = (indexes.at(-1) ?? -1) + 1
  if (indexes.length === Math.max(to - from, 0)) return { from, to }
  const bits = new Uint8Array(Math.ceil((to - from) / 8))
  for (const index of indexes) {
    const at = index - from
    bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7))
  }
  return { from, to, bits }
}

export function isEmpty({ from, to }: EventSet): boolean {
  return to <= from
}

export function has(set: EventSet, index: number): boolean {
  if (index < set.from || index >= set.to) return false
  if (!set.bits) return true
  const at = index - set.from
  return ((set.bits[at >> 3] ?? 0) & (1 << (at & 7))) !== 0
}

export function indexesOf(set: EventSet): number[] {
  const indexes: number[] = []
  for (let index = set.from; index < set.to; index++) if (has(set, index)) indexes.push(index)
  return indexes
}

export function sizeOf(set: EventSet): number {
  if (!set.bits) return set.to - set.from
  let size = 0
  for (const byte of set.bits) for (let bits = byte; bits > 0; bits &= bits - 1) size++
  return size
}

/** `12-40` for a range, `12-40:<base64 of the bits>` for a choice from it. */
export function encodeSet(set: EventSet): string {
  const range = `${set.from}-${set.to}`
  return set.bits ? `${range}:${Buffer.from(set.bits).toString('base64')}` : range
}

export function decodeSet(text: string): EventSet {
  const [range = '', bits] = text.split(':')
  const [from, to] = range.split('-')
  const set = { from: Number(from), to: Number(to) }
  return bits === undefined ? set : { ...set, bits: new Uint8Array(Buffer.from(bits, 'base64')) }
}
