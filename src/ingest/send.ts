import type { Context } from '../context.ts'

/** A queue that takes longer is treated as one that refuses. */
export const SEND_MS = 2_000

/** Whether the queue has taken a message. It may have though this says no: then it comes twice. Never rejects. */
export async function sent(text: string, { queue, ctx }: { queue: Queue<string>; ctx: Context }): Promise<boolean> {
  try {
    const send = queue.send(text, { contentType: 'text' }).then(() => true)
    return await Promise.race([send, ctx.sleep(SEND_MS).then(() => false)])
  } catch (error) {
    ctx.log('warn', 'queue refused a batch', { error: String(error) })
    return false
  }
}
