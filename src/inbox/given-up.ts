import { park } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { decodeMessage, type QueueMessage } from '../route/index.ts'

export interface GivenUpDeps {
  ctx: Context
  archive: R2Bucket
  /** Somebody has to know. */
  onParked(): Promise<void>
}

/**
 * Answers the dead-letter queue of `events`: what a day of redeliveries did not get through is parked. A pointer is only
 * dropped: its batch lies in the inbox, where the sweep sees to it.
 */
export async function parkGivenUp(
  messages: readonly QueueMessage[],
  { ctx, archive, onParked }: GivenUpDeps,
): Promise<void> {
  for (const message of messages) {
    try {
      const accept = acceptOf(message)
      if (accept !== null) await park(archive, accept, String(message.body), 'The queue gave it up after a day.')
      if (accept !== null) await onParked()
      message.ack()
      ctx.log('error', 'message given up by the queue', { accept })
    } catch (error) {
      ctx.log('error', 'message cannot be parked; it comes again', { error: String(error) })
      message.retry({ delaySeconds: 60 })
    }
  }
}

/** `null`: a pointer. What cannot be read is kept under the message's own id. */
function acceptOf({ body, id }: QueueMessage): string | null {
  try {
    const decoded = decodeMessage(body)
    return 'inbox' in decoded ? null : decoded.accept
  } catch {
    return id
  }
}
