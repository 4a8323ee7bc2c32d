import type { Cursor } from '../connectors/index.ts'
import type { JobWork } from './work.ts'

/**
 * Whether a reader of a log still stands there. Its cursor is moved to where it is: a load of a step that was given up, and is
 * still under way, is waited for by that, and seen.
 */
export async function holds(
  reader: string,
  loaded: Cursor | null,
  schema: string,
  { session }: JobWork,
): Promise<boolean> {
  if (loaded === null) return true
  const cursor = { reader, from: loaded, to: loaded }
  return (await session.load({ schema, tables: [], upserts: [], cursor })).state === 'loaded'
}
