import { putInbox } from '../archive/index.ts'
import type { Context } from '../context.ts'

const PUT_MS = 10_000

/** Puts an object into the inbox. Rejects when R2 does, or takes too long: then it may be there all the same. */
export async function putInTime(
  id: string,
  body: string | Uint8Array,
  { ctx, archive }: { ctx: Context; archive: R2Bucket },
): Promise<void> {
  const put = putInbox(archive, id, body).then(() => true)
  if (!(await Promise.race([put, ctx.sleep(PUT_MS).then(() => false)]))) throw new Error('R2 took too long')
}
