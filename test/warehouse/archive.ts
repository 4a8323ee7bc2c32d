import { normalise, parseJson } from '../../src/event/index.ts'
import type { ShopRequest } from './shop.ts'

/** Events of requests as lines of the archive, in the order in which they come in. */
export function* archiveLines(requests: Iterable<ShopRequest>): Generator<string> {
  for (const { at, body, ip, userAgent } of requests) {
    const sent = parseJson(body) as Record<string, unknown>
    const { batch, sentAt } = sent
    for (const raw of Array.isArray(batch) ? (batch as unknown[]) : [sent]) {
      const facts = { receivedAt: at, projectId: 'src_shop', sentAt, ip, userAgent, newMessageId: () => 'none' }
      const normalised = normalise(raw, facts)
      if (!normalised.ok) throw new Error(`refused ${normalised.code}: ${body}`)
      yield JSON.stringify(normalised.event)
    }
  }
}

/** A log as intake writes it: each message once. */
export function asIntake(lines: Iterable<string>): string[] {
  const first = new Map<unknown, string>()
  for (const line of lines) {
    const { messageId } = JSON.parse(line) as { messageId: string }
    if (!first.has(messageId)) first.set(messageId, line)
  }
  return [...first.values()]
}
