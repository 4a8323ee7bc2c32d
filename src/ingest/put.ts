import { putInbox } from '../archive/index.ts'
import type { Context } from '../context.ts'
import { within } from '../settings/index.ts'

const PUT_MS = 10_000

/** Puts an object into the inbox. Rejects when R2 does, or takes too long: then it may be there all the same. */
export async function putInTime(
  id: string,
  body: string | Uint8Array,
  { ctx, archive }: { ctx: Context; archive: R2Bucket },
): Promise<void> {
  await within(ctx, putInbox(archive, id, body), PUT_MS)
}
