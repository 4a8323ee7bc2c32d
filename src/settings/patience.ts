import type { Context } from '../context.ts'

const FIRST_MS = 100

/**
 * What `work` comes to, unless it takes longer than `ms`: then an error; the work itself goes on. A timer keeps an object
 * awake, and an object that is awake costs: so this one waits in slices that double, and when the work is over none is left
 * that is longer than the work was.
 */
export async function patiently<T>(ctx: Pick<Context, 'sleep'>, work: Promise<T>, ms: number): Promise<T> {
  let over = false
  const ended = work.finally(() => void (over = true))
  ended.catch(() => undefined)
  for (let slice = FIRST_MS, waited = 0; waited < ms; slice *= 2) {
    const wait = Math.min(slice, ms - waited)
    await Promise.race([ended, ctx.sleep(wait)])
    if (over) return ended
    waited += wait
  }
  throw new Error(`no answer within ${ms} ms`)
}
