import { Hono } from 'hono'
import { access, change, record } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { giveKey, keyHolder, type KeyHolder, releaseKey } from './keys.ts'
import { givenKey, releasedKey } from './input.ts'
import { type ControlDeps, type ApiEnv, readJson } from '../request.ts'
import { Refusal } from '../../refusal.ts'

/**
 * Write keys of all workspaces, for whoever runs the deployment. A key is no secret (it stands in pages and apps), so
 * that somebody may have brought another company's before its owner came. Whose it is, is for the operator to find out:
 * they see who has it, take it away, or give it to its owner's source; each workspace finds that in its audit trail.
 */
export function writeKeyRoutes(deps: ControlDeps) {
  const { db, settings } = deps
  const app = new Hono<ApiEnv>()

  app.get('/:key', access('deployment:operate'), async (c) => {
    return c.json({ data: { holder: present(await keyHolder(db, c.req.param('key'))) } })
  })

  app.post('/:key/release', change('deployment:operate', 'Write Key Released'), async (c) => {
    const { note } = await readJson(c, releasedKey)
    const key = c.req.param('key')
    const before = await keyHolder(db, key)
    await releaseKey(db, key)
    settings.invalidate()
    await tell(before, 'Write Key Released', { writeKey: key, note }, deps)
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.post('/:key/give', change('deployment:operate', 'Write Key Given'), async (c) => {
    const { sourceId, note } = await readJson(c, givenKey)
    const key = c.req.param('key')
    const before = await keyHolder(db, key).catch((error: unknown) => {
      if (error instanceof Refusal && error.status === 404) return undefined
      throw error
    })
    await giveKey(db, key, sourceId)
    settings.invalidate()
    const after = await keyHolder(db, key)
    if (before && before.sourceId !== sourceId) await tell(before, 'Write Key Released', { writeKey: key, note }, deps)
    await tell(after, 'Write Key Given', { writeKey: key, note }, deps)
    return c.json({ data: { holder: present(after) } })
  })

  return app
}

/** Writes it into the trail of the workspace that has, or had, the key. */
async function tell(
  holder: KeyHolder,
  type: string,
  values: Record<string, unknown>,
  { db }: ControlDeps,
): Promise<void> {
  const { workspaceId, sourceId, sourceName } = holder
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

function present({ createdAt, revokedAt, ...facts }: KeyHolder) {
  return { ...facts, createdAt: isoTime(createdAt), revokedAt: revokedAt === null ? null : isoTime(revokedAt) }
}
