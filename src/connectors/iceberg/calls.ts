import type { AnyRequest, Context } from '../../context.ts'
import { type AllowLocal, refuseAddress } from '../../integrations/index.ts'
import { WarehouseError } from '../connector.ts'

/** Of one call, headers and body together. */
const TIMEOUT_MS = 60_000
/** Tries of what may be repeated. */
const TRIES = 4
/** Before the second try; doubled with each more. */
const PAUSE_MS = 250

/** How long to wait before try `tries` of something that others may want at the same time: full jitter, ms. */
export function pauseBefore(ctx: Context, tries: number): number {
  return Math.ceil(ctx.random() * Math.min(PAUSE_MS * 2 ** tries, 8_000))
}

/**
 * Throws a `WarehouseError` for an address that is not public: what a person has filled in is seen when it is saved, and what a
 * catalogue says of its storage here alone.
 */
export function assertAddress(code: string, what: string, address: string, allowLocal: AllowLocal): void {
  const problem = refuseAddress(address, allowLocal)
  if (problem !== undefined) throw new WarehouseError(code, `${what} ${problem}.`, false)
}

export interface HttpAnswer {
  status: number
  bytes: Uint8Array<ArrayBuffer>
}

/** One call; `null`: nobody answered, so that it is not known whether it took effect. */
export async function callOnce(ctx: Context, request: AnyRequest): Promise<HttpAnswer | null> {
  try {
    const response = await ctx.fetch(request, TIMEOUT_MS)
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
  } catch {
    return null
  }
}

/**
 * A call that may be repeated: again after a 429, a 5xx and where nobody answers.
 *
 * @param who whom the sentence is about when nobody answers to the last: `The catalogue`
 */
export async function callAgain(
  ctx: Context,
  who: string,
  makeRequest: () => Promise<AnyRequest>,
): Promise<HttpAnswer> {
  for (let tries = 1; ; tries++) {
    const answer = await callOnce(ctx, await makeRequest())
    if (answer !== null && answer.status !== 429 && answer.status < 500) return answer
    if (tries === TRIES) {
      if (answer !== null) return answer
      throw new WarehouseError('unreachable', `${who} does not answer.`, true)
    }
    await ctx.sleep(pauseBefore(ctx, tries))
  }
}

/** `each` of all, `width` at a time, results in order. A Worker has six connections. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  each: (item: Item) => Promise<Result>,
  width = 6,
): Promise<Result[]> {
  const results = Array.from<Result>({ length: items.length })
  let next = 0
  const work = async () => {
    while (next < items.length) {
      const at = next++
      results[at] = await each(items[at] as Item)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, work))
  return results
}
