/** Choices that were not the healthy one: `<label>#<how many of that label came before>` to what was chosen. */
export type Schedule = Record<string, number>

/** Where choices come from: drawn from a seed, or read from a schedule, in which everything unnamed is healthy. */
export type Source = { seed: number } | { schedule: Schedule }

/**
 * Everything that may go one way or another is a choice with a label and a healthy default. What a seed draws depends on
 * the seed, the label and how often it came before, and on nothing else: a choice that is new in the code, or gone from
 * it, changes no other. So a recorded schedule still means something after the code has changed.
 */
export class Choices {
  /** What was chosen and was not healthy, in order: enough to run the same again. */
  readonly made: Schedule = {}
  /** From now on everything is healthy. */
  calm = false
  readonly #source: Source
  readonly #labels = new Map<string, { hash: number; count: number }>()

  constructor(source: Source) {
    this.#source = source
  }

  /** `draw` makes a choice of a number in [0, 1). */
  pick(label: string, healthy: number, draw: (uniform: number) => number): number {
    return this.#choose(label, healthy, draw, this.calm)
  }

  /** The same for what is not trouble: it may be out of the ordinary in calm times too. */
  decide(label: string, healthy: number, draw: (uniform: number) => number): number {
    return this.#choose(label, healthy, draw, false)
  }

  /** How likely something is in this run. Not recorded: a schedule has what came of it. */
  dial(label: string, draw: (uniform: number) => number): number {
    return 'seed' in this.#source ? draw(uniform(this.#source.seed, hashOf(label), -1)) : 0
  }

  #choose(label: string, healthy: number, draw: (uniform: number) => number, calm: boolean): number {
    const known = this.#labels.get(label) ?? { hash: hashOf(label), count: 0 }
    if (known.count === 0) this.#labels.set(label, known)
    const n = known.count++
    if (calm) return healthy
    if ('schedule' in this.#source) return this.#source.schedule[`${label}#${n}`] ?? healthy
    const chosen = draw(uniform(this.#source.seed, known.hash, n))
    if (chosen !== healthy) this.made[`${label}#${n}`] = chosen
    return chosen
  }
}

/** A whole number in [low, high], of a number in [0, 1). */
export function whole(low: number, high: number): (uniform: number) => number {
  return (uniform) => low + Math.floor(uniform * (high - low + 1))
}

function hashOf(label: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < label.length; at++) hash = Math.imul(hash ^ label.charCodeAt(at), 0x01000193)
  return hash >>> 0
}

/** Three words mixed into one number in [0, 1) (the finaliser of MurmurHash3, twice). */
function uniform(seed: number, hash: number, n: number): number {
  let mixed = mix(Math.imul(seed, 0x9e3779b1) ^ hash)
  mixed = mix(mixed + Math.imul(n + 1, 0x85ebca6b))
  return mixed / 4_294_967_296
}

function mix(word: number): number {
  let mixed = word | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
