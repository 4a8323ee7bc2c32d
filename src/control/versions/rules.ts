import type { Attempts, RolloutFigures } from '../catalogue/index.ts'

/**
 * Attempts with the new version below which it is not halted: of fewer a lane that is closed by five failures and probed now and
 * then tells no more than its customer's own trouble would.
 */
export const LEAST_TO_HALT = 20
/** With so many attempts and no failure, at most three in a hundred fail (with 95 % certainty), less than the margin. */
export const ENOUGH_TO_GO_ON = 100
/** By how much the share of failures has to be higher than the old one's: five points. */
export const MARGIN = 0.05
/**
 * How seldom chance alone may look so: once in a thousand looks where nothing is worse, as it is looked again and again.
 */
export const CHANCE = 0.001
/** With fewer attempts than `ENOUGH_TO_GO_ON` a step lasts so many times as long. */
export const PATIENT_STEPS = 24

/** How a rollout stands, by what came of it. */
export type RolloutVerdict = 'worse' | 'looks_worse' | 'good'

/**
 * Worse is what fails more often than the old version does at the same time, and than the same destinations did before: so a trouble
 * that all have, and one that a customer had already, halt nothing. `looks_worse`: by the figures alone, which chance may have made.
 */
export function verdictOf({ now, before, old }: RolloutFigures): RolloutVerdict {
  const others = [before, ...(old ? [old] : [])].filter((one) => triesOf(one) > 0)
  const tries = triesOf(now)
  const usual = Math.max(0, ...others.map(shareOfFailures))
  if (tries === 0 || shareOfFailures(now) <= usual + MARGIN) return 'good'
  const isWorse = tries >= LEAST_TO_HALT && others.length > 0 && others.every((one) => chanceOf(now, one) < CHANCE)
  return isWorse ? 'worse' : 'looks_worse'
}

export function triesOf({ delivered, failed }: Attempts): number {
  return delivered + failed
}

/** 0 to 1; of nothing 0. */
export function shareOfFailures(one: Attempts): number {
  const tries = triesOf(one)
  return tries === 0 ? 0 : one.failed / tries
}

/**
 * How likely it is that as many of all failures as there were, or more, fell on `one` by chance, were both alike: Fisher's exact
 * test, one-sided. It is exact however few there are.
 */
export function chanceOf(one: Attempts, other: Attempts): number {
  const [n, m] = [triesOf(one), triesOf(other)]
  const failed = one.failed + other.failed
  const all = logChoose(n + m, failed)
  const most = Math.min(n, failed)
  let sum = 0
  for (let k = one.failed; k <= most; k++) {
    if (failed - k > m) continue
    const term = Math.exp(logChoose(n, k) + logChoose(m, failed - k) - all)
    sum += term
    // From the middle on each is less than the one before.
    if (term < sum * 1e-12 && k > (failed * n) / (n + m)) break
  }
  return Math.min(1, sum)
}

function logChoose(n: number, k: number): number {
  return logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}

/** Of small numbers exactly, beyond by Stirling's series, whose error is below 1e-10 there. */
const SMALL = 64
const LOGS = Array.from({ length: SMALL }, (_, n) =>
  Array.from({ length: n }, (__, k) => Math.log(k + 1)).reduce((a, b) => a + b, 0),
)

function logFactorial(n: number): number {
  const known = LOGS[n]
  if (known !== undefined) return known
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3) + 1 / (1_260 * n ** 5)
}

/** What a step does next. `minutes`: of a step at least; `since`: when it began, milliseconds. */
export function stepAfter(
  figures: RolloutFigures,
  { since, minutes, now }: { since: number; minutes: number; now: number },
): 'halt' | 'go_on' | 'wait' {
  const verdict = verdictOf(figures)
  if (verdict === 'worse') return 'halt'
  const steps = triesOf(figures.now) >= ENOUGH_TO_GO_ON ? 1 : PATIENT_STEPS
  const isOver = now - since >= minutes * 60_000 * steps
  return isOver && verdict === 'good' ? 'go_on' : 'wait'
}
