import { Hono } from 'hono'
import { access, type ApiToken, change, listTokens, auditSubject, subject } from '../../accounts/index.ts'
import { isoTime } from '../../event/index.ts'
import { createToken, revokeToken } from './commands.ts'
import { type ControlDeps, type ApiEnv, pageOf, pagination, readBody } from '../request.ts'

/** Tokens of the workspace. A token is shown once, in the answer to its making. */
export function tokenRoutes(deps: ControlDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('tokens:read'), async (c) => {
    const listed = await listTokens(deps.db, c.var.workspaceId, pageOf(c))
    return c.json({ data: { tokens: listed.lines.map(present), pagination: pagination(listed) } })
  })

  app.post('/', change('tokens:write', 'Token Created'), async (c) => {
    const created = await createToken(deps, c.var.access, await readBody(c))
    auditSubject(c, 'token', created.id)
    return c.json({ data: { token: { ...present(created), token: created.token } } }, 201)
  })

  app.delete('/:id', change('tokens:write', 'Token Deleted', subject('token', 'id')), async (c) => {
    await revokeToken(deps, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}

function present({ id, name, scope, madeBy, ended, createdAt, lastUsedAt }: ApiToken) {
  return {
    id,
    name,
    scope,
    madeBy,
    ended,
    createdAt: isoTime(createdAt),
    lastUsedAt: lastUsedAt === null ? null : isoTime(lastUsedAt),
  }
}
