import { getParked, listParked, putInbox, removeParked } from '../archive/index.ts'
import { encodePointer } from '../route/index.ts'

export interface ParkedDeps {
  archive: R2Bucket
  queue: Queue<string>
}

/** The oldest of what is parked, at most a thousand, and whether there is more. */
export function parked({ archive }: Pick<ParkedDeps, 'archive'>): Promise<{ accepts: string[]; more: boolean }> {
  return listParked(archive)
}

/** What a batch can be parked as: an accept id, or a message's own. R2 has no keys over a kilobyte. */
const ID = /^[\w-]{1,100}$/

/** Puts a parked batch on its way again. `false`: there is none of that id. May be repeated. */
export async function requeueParked(accept: string, { archive, queue }: ParkedDeps): Promise<boolean> {
  if (!ID.test(accept)) return false
  const body = await getParked(archive, accept)
  if (body === null) return false
  await putInbox(archive, accept, body)
  await queue.send(encodePointer(accept), { contentType: 'text' })
  await removeParked(archive, accept)
  return true
}
