import type { Exchange } from './probe.ts'
import type { Checked } from './run.ts'

/** Of a body and of all headers together, as they are kept: enough to see what happened. */
const MOST_CHARS = 2_000

/** A result as it is kept: its exchange is cut. */
export function keptOf(checked: Checked): Checked {
  const { verdict } = checked
  return 'exchange' in verdict && verdict.exchange
    ? { ...checked, verdict: { ...verdict, exchange: cut(verdict.exchange) } }
    : checked
}

function cut({ request, reply, ...rest }: Exchange): Exchange {
  return {
    ...rest,
    request: { ...request, body: request.body.slice(0, MOST_CHARS) },
    ...(reply && { reply: { ...reply, headers: fewHeaders(reply.headers), body: reply.body.slice(0, MOST_CHARS) } }),
  }
}

function fewHeaders(headers: Record<string, string>): Record<string, string> {
  let chars = 0
  return Object.fromEntries(
    Object.entries(headers).filter(([name, value]) => (chars += name.length + value.length) <= MOST_CHARS),
  )
}
