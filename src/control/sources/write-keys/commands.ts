import { record } from '../../../accounts/index.ts'
import { Refusal } from '../../../refusal.ts'
import { checked } from '../../checked.ts'
import type { ControlDeps } from '../../request.ts'
import { givenKey, releasedKey } from '../input.ts'
import { keyHolder, type KeyHolder } from './queries.ts'
import { deleteKeyRow, writeKeyRow } from './store.ts'

type Deps = Pick<ControlDeps, 'db' | 'settings'>

/**
 * What whoever runs the deployment can do with a write key of any workspace; `body` is what they sent. Throws `Refusal`
 * 400 with every problem and its field, 404 where nobody has the key. Each workspace concerned finds it in its trail.
 */

/** Takes a key away from who has it. */
export async function releaseKey({ db, settings }: Deps, key: string, body: unknown): Promise<void> {
  const { note } = checked(releasedKey, body)
  const before = await keyHolder(db, key)
  await deleteKeyRow(db, key)
  settings.invalidate()
  await recordFor(db, before, 'Write Key Released', { writeKey: key, note })
}

/** Gives a key to a source, from whoever had it, if anybody. */
export async function giveKey({ db, settings }: Deps, key: string, body: unknown): Promise<KeyHolder> {
  const { sourceId, note } = checked(givenKey, body)
  const before = await keyHolder(db, key).catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 404) return undefined
    throw error
  })
  await writeKeyRow(db, key, sourceId)
  settings.invalidate()
  const after = await keyHolder(db, key)
  if (before && before.sourceId !== sourceId) await recordFor(db, before, 'Write Key Released', { writeKey: key, note })
  await recordFor(db, after, 'Write Key Given', { writeKey: key, note })
  return after
}

/** Writes it into the trail of the workspace that has, or had, the key. */
async function recordFor(
  db: Deps['db'],
  { workspaceId, sourceId, sourceName }: KeyHolder,
  type: string,
  values: Record<string, unknown>,
): Promise<void> {
  if (workspaceId === '') return
  const actor = {
    workspaceId,
    type: 'platform' as const,
    id: 'operator',
    name: 'Whoever runs this deployment',
    address: '',
  }
  const after = { name: sourceName ?? '', values }
  await record(db, actor, { type, resource: { type: 'source', id: sourceId }, after })
}
