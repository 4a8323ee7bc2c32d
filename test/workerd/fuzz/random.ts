/** Chance that comes from a seed alone. */
export interface Chance {
  /** From 0 to below `most`. */
  below(most: number): number
  pick<T>(from: readonly T[]): T
  /** True one time in `n`. */
  oneIn(n: number): boolean
}

/** Two seeds, of the run and of the case, so that a case is the same whatever came before it. */
export function chanceOf(run: number, number: number): Chance {
  let state = (Math.imul(run + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)) >>> 0
  const below = (most: number) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most
  }
  return {
    below,
    pick: (from) => {
      if (from.length === 0) throw new Error('nothing to pick from')
      return from[below(from.length)] as (typeof from)[number]
    },
    oneIn: (n) => below(n) === 0,
  }
}
