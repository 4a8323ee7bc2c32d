import { Hono } from 'hono'
import { access, change, token } from '../accounts/index.ts'
import { createToken, deleteToken, listTokens } from '../settings/index.ts'
import { isoTime } from '../spec/index.ts'
import { newToken } from './input.ts'
import { type ApiDeps, type ApiEnv, readJson } from './request.ts'

/** Tokens of the workspace. A token is shown once, in the answer to its making. */
export function tokenRoutes({ db }: ApiDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', access('tokens:read'), async (c) => {
    const tokens = await listTokens(db, c.var.workspaceId)
    return c.json({ data: { tokens: tokens.map((token) => ({ ...token, createdAt: isoTime(token.createdAt) })) } })
  })

  app.post('/', change('tokens:write', 'Token Created'), async (c) => {
    const { name } = await readJson(c, newToken)
    const made = await createToken(db, c.var.workspaceId, name)
    return c.json({ data: { token: { ...made, createdAt: isoTime(made.createdAt) } } }, 201)
  })

  app.delete('/:id', change('tokens:write', 'Token Deleted', token('id')), async (c) => {
    await deleteToken(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}
