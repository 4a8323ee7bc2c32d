import { Hono } from 'hono'
import { createToken, deleteToken, listTokens } from '../settings/index.ts'
import { isoTime } from '../spec/index.ts'
import { newToken } from './input.ts'
import { type ApiDeps, type ApiEnv, readJson } from './request.ts'

/** Tokens of the workspace. A token is shown once, in the answer to its making. */
export function tokenRoutes({ db }: ApiDeps) {
  const app = new Hono<ApiEnv>()

  app.get('/', async (c) => {
    const tokens = await listTokens(db, c.var.workspaceId)
    return c.json({ data: { tokens: tokens.map((token) => ({ ...token, createdAt: isoTime(token.createdAt) })) } })
  })

  app.post('/', async (c) => {
    const { name } = await readJson(c, newToken)
    const token = await createToken(db, c.var.workspaceId, name)
    return c.json({ data: { token: { ...token, createdAt: isoTime(token.createdAt) } } }, 201)
  })

  app.delete('/:id', async (c) => {
    await deleteToken(db, c.var.workspaceId, c.req.param('id'))
    return c.json({ data: { status: 'SUCCESS' } })
  })

  return app
}
