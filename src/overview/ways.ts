import { type EventKind, kindOfKey, othersOf } from './kinds.ts'

/**
 * What can become of an event on its way, each with the letter that counts have for it. `resent`: it was given up and is on
 * its way again, so that what is given up at the moment is `failed` without them.
 */
const LETTERS = {
  received: 'r',
  rejected: 'j',
  filtered: 'f',
  failed: 'x',
  resent: 'u',
  delivered: 'd',
} as const

export type WayStep = keyof typeof LETTERS
export const WAY_STEPS = Object.keys(LETTERS) as WayStep[]
const STEP_OF = new Map(WAY_STEPS.map((step) => [LETTERS[step] as string, step]))

/** Numbers of events by what became of them: by `wayKey`. */
export type Ways = Record<string, number>

/** What became of some events, and what they are; a kind is unknown of those that nobody looked at when it was decided. */
export interface Way {
  step: WayStep
  /** The code of what rejected, filtered or failed; empty where the step has none. */
  reason: string
  kind: EventKind | undefined
}

/** How many are told apart in one place; what is more is counted by step, reason and call, and then by step and call. */
const MOST_WAYS = 300
const MOST_REASONS = 150
/** Stands for the reasons that are no longer told apart. */
const OTHER = 'other'

/** `x|http_503|track Order Completed`. `kind`: a `nameKey`; nothing where it is not known. */
export function wayKey(step: WayStep, reason: string, kind: string): string {
  return `${LETTERS[step]}|${reason}|${kind}`
}

/** What `wayKey` was made of. */
export function wayOf(key: string): Way {
  const { step, reason, kind } = partsOf(key)
  return { step, reason, kind: kindOfKey(kind) }
}

/** Adds `more` to `into`, which tells a bounded number of ways apart. */
export function addWays(into: Ways, more: Ways, most = MOST_WAYS): void {
  let size = Object.keys(into).length
  for (const [key, n] of Object.entries(more)) {
    if (n === 0) continue
    const place = placeOf(into, key, size, most)
    if (into[place] === undefined) size++
    into[place] = (into[place] ?? 0) + n
  }
}

/** Takes `less` from `into`, which may have counted some of it by call or without its reason: each step loses as many. */
export function removeWays(into: Ways, less: Ways): void {
  for (const [key, n] of Object.entries(less)) {
    let left = n
    const { step, reason, kind } = partsOf(key)
    const others = othersOf(kind)
    const near = [key, wayKey(step, reason, others), wayKey(step, OTHER, others)]
    const ofStep = () => Object.keys(into).filter((one) => one.startsWith(`${LETTERS[step]}|`))
    for (const places of [() => near, ofStep]) {
      if (left === 0) break
      for (const place of places()) {
        const some = Math.min(left, into[place] ?? 0)
        if (some === 0) continue
        left -= some
        if (into[place] === some) delete into[place]
        else into[place] = (into[place] ?? 0) - some
      }
    }
  }
}

/** The events of each step. */
export function stepSums(ways: Ways): Partial<Record<WayStep, number>> {
  const sums: Partial<Record<WayStep, number>> = {}
  for (const [key, n] of Object.entries(ways)) {
    const { step } = partsOf(key)
    sums[step] = (sums[step] ?? 0) + n
  }
  return sums
}

function placeOf(into: Ways, key: string, size: number, most: number): string {
  if (into[key] !== undefined || size < most) return key
  const { step, reason, kind } = partsOf(key)
  const byCall = wayKey(step, reason, othersOf(kind))
  if (into[byCall] !== undefined || size < most + MOST_REASONS) return byCall
  return wayKey(step, OTHER, othersOf(kind))
}

function partsOf(key: string): { step: WayStep; reason: string; kind: string } {
  const end = key.indexOf('|', 2)
  const step = STEP_OF.get(key.slice(0, 1))
  if (!step || end < 0) throw new Error(`no way of an event: ${key}`)
  return { step, reason: key.slice(2, end), kind: key.slice(end + 1) }
}
