import { Hono } from 'hono'
import { access, change } from '../../../accounts/index.ts'
import { isoTime } from '../../../event/index.ts'
import { type ControlDeps, type ApiEnv, readBody } from '../../request.ts'
import { giveKey, releaseKey } from './commands.ts'
import { keyHolder, type KeyHolder } from './queries.ts'

/**
 * Write keys of all workspaces, for whoever runs the deployment. A key is no secret (it stands in pages and apps), so
 * that somebody may have brought another company's before its owner came. Whose it is, is for the operator to find out:
 * they see who has it, take it away, or give it to its owner's source; each workspace finds that in its audit trail.
 */
export function writeKeyRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/:key', access('deployment:operate'), async (c) => {
    return c.json({ data: { holder: present(await keyHolder(deps.db, c.req.param('key'))) } })
  })

  app.post('/:key/release', change('deployment:operate', 'Write Key Released'), async (c) => {
    await releaseKey(deps, c.req.param('key'), await readBody(c))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  app.post('/:key/give', change('deployment:operate', 'Write Key Given'), async (c) => {
    const holder = await giveKey(deps, c.req.param('key'), await readBody(c))
    return c.json({ data: { holder: present(holder) } })
  })

  return app
}

function present({ createdAt, revokedAt, ...facts }: KeyHolder) {
  return { ...facts, createdAt: isoTime(createdAt), revokedAt: revokedAt === null ? null : isoTime(revokedAt) }
}
