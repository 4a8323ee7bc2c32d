import type { WakeUp } from './env.ts'
import type { Platform } from './wiring.ts'

type Handler = (
  platform: Platform,
  batch: MessageBatch,
  execution: Pick<ExecutionContext, 'waitUntil'>,
) => Promise<void>

/** Who answers each queue that `wrangler.toml` has a consumer for; a test compares the two. */
export const HANDLERS: Readonly<Record<string, Handler>> = {
  events: (platform, { messages }) => platform.route(messages),
  'events-dlq': (platform, { messages }) => platform.parkGivenUp(messages),
  deliveries: (platform, { messages }, execution) =>
    platform.deliver(messages as readonly Message<WakeUp>[], (work) => execution.waitUntil(work)),
}

/** Rejects when nobody answers the queue: its messages come again, and nothing takes them for something else. */
export async function consume(
  platform: Platform,
  batch: MessageBatch,
  execution: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  const handler = HANDLERS[batch.queue]
  if (!handler) throw new Error(`no handler answers the queue ${batch.queue}: add it to src/queues.ts`)
  await handler(platform, batch, execution)
}
