import type { AnyRequest, Context } from '../context.ts'
import { parseJson } from '../event/index.ts'
import { type AllowLocal, refuseAddress, refuseOtherHost } from '../integrations/index.ts'
import { PullError, type Vendor } from './protocol.ts'

const TIMEOUT_MS = 30_000
/** Bytes of an answer; a page of a hundred large objects has one or two million. */
const MOST_BYTES = 16_000_000

export interface VendorAnswer {
  ok: boolean
  status: number
  headers: Headers
  /** `undefined`: it was no JSON. */
  body: unknown
}

/** One request, to where this vendor may be found alone. Throws a `PullError` when it comes to no answer. */
export async function ask(
  request: AnyRequest,
  { hosts = [] }: Pick<Vendor, 'hosts'>,
  { ctx, allowLocal }: { ctx: Context; allowLocal: AllowLocal },
): Promise<VendorAnswer> {
  const { url } = request
  const refused = refuseAddress(url, allowLocal) ?? refuseOtherHost(url, hosts, allowLocal)
  if (refused) throw new PullError('address_refused', `The address ${refused}.`, 'person')
  try {
    const response = await ctx.fetch(request, TIMEOUT_MS)
    const { ok, status, headers } = response
    return { ok, status, headers, body: jsonOf(await textOf(response)) }
  } catch (error) {
    if (error instanceof PullError) throw error
    throw new PullError('unreachable', `${new URL(url).host} does not answer: ${String(error)}`, 'again')
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

async function textOf({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += piece.length
    if (bytes > MOST_BYTES) throw new PullError('too_large', `An answer has more than ${MOST_BYTES / 1e6} MB.`, 'pass')
    text += decoder.decode(piece, { stream: true })
  }
  return text + decoder.decode()
}
